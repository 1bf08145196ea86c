import { X509Certificate } from 'node:crypto';
import type { XmlElement } from 'libxml2-wasm';
import { metadataLimits } from '../limits.ts';
import { rejected } from '../rejected.ts';
import { withXml } from '../xml/document.ts';
import { attribute, childrenNamed, is, requiredText } from '../xml/element.ts';
import { binding, ns } from '../xml/names.ts';
import { scan } from '../xml/scan.ts';
import { instant } from '../xml/time.ts';

/** What we need to know of an identity provider. */
export interface IdpMetadata {
  readonly entityId: string;
  /** Where AuthnRequests go, by the redirect binding and by POST. */
  readonly ssoRedirectUrl: string | undefined;
  readonly ssoPostUrl: string | undefined;
  readonly sloRedirectUrl: string | undefined;
  readonly sloPostUrl: string | undefined;
  /** Where answers to its own requests go, when that is elsewhere (`ResponseLocation`, saml-metadata 2.2.2). */
  readonly sloRedirectResponseUrl: string | undefined;
  readonly sloPostResponseUrl: string | undefined;
  /** PEM; all that may sign, so that a rollover goes unnoticed. */
  readonly certificates: readonly string[];
  /** Not to be used from then on; undefined: no such limit. */
  readonly validUntil: number | undefined;
}

/**
 * Reads SAML metadata (saml-metadata 2.0): one EntityDescriptor, or the one of `entityId` in an EntitiesDescriptor.
 *
 * @throws Failure `login_rejected`: `saml.xml.*`, `saml.metadata.*`
 */
export function parseIdpMetadata(xml: string, entityId: string | undefined): IdpMetadata {
  const text = xml.startsWith('\uFEFF') ? xml.slice(1) : xml;
  scan(text, metadataLimits);
  return withXml(text, (root) => readEntity(findEntity(root, entityId)));
}

function findEntity(root: XmlElement, entityId: string | undefined): XmlElement {
  const all = descriptors(root);
  const fitting =
    entityId === undefined ? all : all.filter((entity) => attribute(entity, 'entityID') === entityId);
  const [entity] = fitting;
  if (entity === undefined) throw rejected('metadata.no_entity');
  if (fitting.length > 1) throw rejected('metadata.several_entities');
  return entity;
}

/** EntityDescriptors that describe an identity provider, at any depth of EntitiesDescriptors. */
function descriptors(element: XmlElement): XmlElement[] {
  if (is(element, ns.metadata, 'EntityDescriptor')) {
    return childrenNamed(element, ns.metadata, 'IDPSSODescriptor').length > 0 ? [element] : [];
  }
  if (!is(element, ns.metadata, 'EntitiesDescriptor')) throw rejected('metadata.root');
  return [
    ...childrenNamed(element, ns.metadata, 'EntityDescriptor'),
    ...childrenNamed(element, ns.metadata, 'EntitiesDescriptor'),
  ].flatMap(descriptors);
}

function readEntity(entity: XmlElement): IdpMetadata {
  const entityId = attribute(entity, 'entityID');
  const [descriptor, ...more] = childrenNamed(entity, ns.metadata, 'IDPSSODescriptor').filter((candidate) =>
    (attribute(candidate, 'protocolSupportEnumeration') ?? '').split(/\s+/u).includes(ns.protocol),
  );
  if (entityId === undefined || descriptor === undefined || more.length > 0)
    throw rejected('metadata.no_idp');
  const certificates = readCertificates(descriptor);
  if (certificates.length === 0) throw rejected('metadata.no_certificate');
  const endpoint = (service: string, of: string): string | undefined => location(descriptor, service, of);
  return {
    entityId,
    ssoRedirectUrl: endpoint('SingleSignOnService', binding.redirect),
    ssoPostUrl: endpoint('SingleSignOnService', binding.post),
    sloRedirectUrl: endpoint('SingleLogoutService', binding.redirect),
    sloPostUrl: endpoint('SingleLogoutService', binding.post),
    sloRedirectResponseUrl: location(descriptor, 'SingleLogoutService', binding.redirect, 'ResponseLocation'),
    sloPostResponseUrl: location(descriptor, 'SingleLogoutService', binding.post, 'ResponseLocation'),
    certificates,
    validUntil: instant(attribute(descriptor, 'validUntil') ?? attribute(entity, 'validUntil'), 'metadata'),
  };
}

function location(
  descriptor: XmlElement,
  service: string,
  of: string,
  where: 'Location' | 'ResponseLocation' = 'Location',
): string | undefined {
  const found = childrenNamed(descriptor, ns.metadata, service).find(
    (candidate) => attribute(candidate, 'Binding') === of,
  );
  return found === undefined ? undefined : attribute(found, where);
}

/** Certificates of every KeyDescriptor that may sign: `use="signing"`, or no `use` at all. */
function readCertificates(descriptor: XmlElement): string[] {
  return childrenNamed(descriptor, ns.metadata, 'KeyDescriptor')
    .filter((key) => (attribute(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => childrenNamed(key, ns.signature, 'KeyInfo'))
    .flatMap((info) => childrenNamed(info, ns.signature, 'X509Data'))
    .flatMap((data) => childrenNamed(data, ns.signature, 'X509Certificate'))
    .map((element) => toPem(requiredText(element)));
}

function toPem(base64: string): string {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64')).toString();
  } catch (cause) {
    throw rejected('metadata.certificate', cause);
  }
}
