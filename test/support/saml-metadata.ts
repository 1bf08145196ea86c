import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enveloped, exclusive } from '../fixtures/saml/sign.ts';
import { samlKey, samlKeyPath, type SamlKeyName } from './saml-keys.ts';

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const names = `xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="${dsig}"`;

/** The EntityDescriptor of an identity provider, as a federation publishes it. */
export function idpEntity(
  entityId: string,
  options: { readonly keys?: readonly SamlKeyName[]; readonly attributes?: string } = {},
): string {
  const { keys = ['idp'], attributes = '' } = options;
  const certificates = keys.map((key) => samlKey(key).certificatePem.replaceAll(/-----[A-Z ]+-----|\s/g, ''));
  const descriptors = certificates.map(
    (body) =>
      `<KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`,
  );
  return `<EntityDescriptor ${names} entityID="${entityId}"${attributes}><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${descriptors.join('')}<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${entityId}/sso"/></IDPSSODescriptor></EntityDescriptor>`;
}

/** An EntitiesDescriptor with the ID that {@link signMetadata} signs. */
export function federationOf(members: readonly string[], attributes = ''): string {
  return `<EntitiesDescriptor ${names} ID="all"${attributes}>${members.join('')}</EntitiesDescriptor>`;
}

export interface SignMetadata {
  readonly key?: SamlKeyName;
  readonly uri?: string;
  readonly signature?: string;
  readonly digest?: string;
  readonly transforms?: string;
  /** Behind which text the Signature is put; by default it is the first child of the root. */
  readonly behind?: string;
}

/** Signs the document's root (or what `uri` names) with xmlsec1, which shares no code with what verifies it. */
export function signMetadata(xml: string, options: SignMetadata = {}): string {
  const { key = 'idp', uri = '#all', transforms = enveloped + exclusive } = options;
  const template = `<ds:Signature xmlns:ds="${dsig}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="${options.signature ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'}"/><ds:Reference URI="${uri}"><ds:Transforms>${transforms}</ds:Transforms><ds:DigestMethod Algorithm="${options.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256'}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo></ds:Signature>`;
  const place = options.behind === undefined ? xml.indexOf('>') + 1 : placeBehind(xml, options.behind);
  const folder = mkdtempSync(join(tmpdir(), 'saml-metadata-'));
  try {
    writeFileSync(join(folder, 'in.xml'), xml.slice(0, place) + template + xml.slice(place));
    const path = samlKeyPath(key);
    const ids = ['EntitiesDescriptor', 'EntityDescriptor'].flatMap((name) => [
      '--id-attr:ID',
      `urn:oasis:names:tc:SAML:2.0:metadata:${name}`,
    ]);
    execFileSync(
      'xmlsec1',
      ['--sign', '--output', 'out.xml', '--privkey-pem', `${path.key},${path.certificate}`, ...ids, 'in.xml'],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return readFileSync(join(folder, 'out.xml'), 'utf8').trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function placeBehind(xml: string, text: string): number {
  const at = xml.lastIndexOf(text);
  if (at === -1) throw new Error(`no ${text}`);
  return at + text.length;
}
