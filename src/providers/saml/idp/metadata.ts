import { X509Certificate } from 'node:crypto';
import type { XmlElement } from 'libxml2-wasm';
import { metadataLimits } from '../limits.ts';
import { rejected } from '../rejected.ts';
import { withXml } from '../xml/document.ts';
import { attribute, childrenNamed, is, requiredText } from '../xml/element.ts';
import { binding, ns } from '../xml/names.ts';
import { scan } from '../xml/scan.ts';
import { span } from '../xml/duration.ts';
import { instant } from '../xml/time.ts';
import { signedText } from './signed-text.ts';

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
  /** Not to be used from then on; undefined: no such limit. The earliest of the entity's and of what it stands in. */
  readonly validUntil: number | undefined;
  /** For how long it may be kept without asking anew, milliseconds; undefined: nothing is said. */
  readonly cacheDuration: number | undefined;
}

/** Which metadata are wanted, and whose signature must be on them. */
export interface WantedMetadata {
  /** The entity in an EntitiesDescriptor; undefined: the only one. */
  readonly entityId: string | undefined;
  /** PEM certificates of whoever signs the document; undefined: a signature is not looked at. */
  readonly signedBy?: readonly string[] | undefined;
}

/** An EntityDescriptor, and the EntitiesDescriptors that it stands in. */
interface Placed {
  readonly entity: XmlElement;
  readonly around: readonly XmlElement[];
}

/**
 * Reads SAML metadata (saml-metadata 2.0): one EntityDescriptor, or the one of `entityId` in an EntitiesDescriptor. Where
 * somebody has to sign them, nothing is read but the text that the signature covers (saml-metadata 3).
 *
 * @throws Failure `login_rejected`: `saml.xml.*`, `saml.metadata.*`, `saml.signature.*`
 */
export function parseIdpMetadata(xml: string, wanted: WantedMetadata): IdpMetadata {
  const text = xml.startsWith('\uFEFF') ? xml.slice(1) : xml;
  scan(text, metadataLimits);
  const { entityId, signedBy } = wanted;
  const believed = signedBy === undefined ? text : withXml(text, (root) => signedText(root, signedBy));
  return withXml(believed, (root) => readEntity(findEntity(root, entityId)));
}

function findEntity(root: XmlElement, entityId: string | undefined): Placed {
  const all = descriptors(root, []);
  const fitting =
    entityId === undefined ? all : all.filter(({ entity }) => attribute(entity, 'entityID') === entityId);
  const [found] = fitting;
  if (found === undefined) throw rejected('metadata.no_entity');
  if (fitting.length > 1) throw rejected('metadata.several_entities');
  return found;
}

/** EntityDescriptors that describe an identity provider, at any depth of EntitiesDescriptors. */
function descriptors(element: XmlElement, around: readonly XmlElement[]): Placed[] {
  if (is(element, ns.metadata, 'EntityDescriptor')) {
    const speaks = childrenNamed(element, ns.metadata, 'IDPSSODescriptor').length > 0;
    return speaks ? [{ entity: element, around }] : [];
  }
  if (!is(element, ns.metadata, 'EntitiesDescriptor')) throw rejected('metadata.root');
  return [
    ...childrenNamed(element, ns.metadata, 'EntityDescriptor'),
    ...childrenNamed(element, ns.metadata, 'EntitiesDescriptor'),
  ].flatMap((inner) => descriptors(inner, [...around, element]));
}

function readEntity({ entity, around }: Placed): IdpMetadata {
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
    ...timesOf([...around, entity, descriptor]),
  };
}

/** What is said of the time on the way down: the narrowest counts (saml-metadata 2.3.1, 2.3.2, 2.4.1). */
function timesOf(elements: readonly XmlElement[]): Pick<IdpMetadata, 'validUntil' | 'cacheDuration'> {
  const ends = elements.map((element) => instant(attribute(element, 'validUntil'), 'metadata'));
  const spans = elements.map((element) => span(attribute(element, 'cacheDuration') ?? ''));
  return { validUntil: least(ends), cacheDuration: least(spans) };
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
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
