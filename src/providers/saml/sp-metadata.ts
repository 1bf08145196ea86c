import { binding, ns } from './xml/names.ts';

export interface SpMetadata {
  readonly entityId: string;
  readonly acsUrl: string;
  /** Where logout messages arrive; undefined without a key to sign ours. */
  readonly sloUrl?: string | undefined;
  /** PEM; during a rollover the old and the new. Empty: requests are not signed. */
  readonly signingCertificates: readonly string[];
  readonly encryptionCertificates: readonly string[];
  readonly nameIdFormat: string | undefined;
  readonly wantAssertionsSigned: boolean;
}

const offeredCiphers = ['aes256-gcm', 'aes128-gcm'].map((cipher) => `${ns.encryption11}${cipher}`);

/** Our metadata as an identity provider's administrator loads it (saml-metadata 2.4.4). Always the same for the same input. */
export function spMetadata(sp: SpMetadata): string {
  const signed = sp.signingCertificates.length > 0;
  const keys = sp.signingCertificates.map((certificate) => keyDescriptor('signing', certificate, []));
  for (const certificate of sp.encryptionCertificates)
    keys.push(keyDescriptor('encryption', certificate, offeredCiphers));
  const slo = (sp.sloUrl === undefined ? [] : [binding.redirect, binding.post])
    .map((by) => `\n    <SingleLogoutService Binding="${by}" Location="${escape(sp.sloUrl ?? '')}"/>`)
    .join('');
  const format =
    sp.nameIdFormat === undefined ? '' : `\n    <NameIDFormat>${escape(sp.nameIdFormat)}</NameIDFormat>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="${ns.metadata}" xmlns:ds="${ns.signature}" entityID="${escape(sp.entityId)}">
  <SPSSODescriptor AuthnRequestsSigned="${signed}" WantAssertionsSigned="${sp.wantAssertionsSigned}" protocolSupportEnumeration="${ns.protocol}">${keys.join('')}${slo}${format}
    <AssertionConsumerService index="0" isDefault="true" Binding="${binding.post}" Location="${escape(sp.acsUrl)}"/>
  </SPSSODescriptor>
</EntityDescriptor>
`;
}

function keyDescriptor(use: string, certificate: string, ciphers: readonly string[]): string {
  const body = certificate.replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const methods = ciphers.map((cipher) => `\n      <EncryptionMethod Algorithm="${cipher}"/>`).join('');
  return `
    <KeyDescriptor use="${use}">
      <ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods}
    </KeyDescriptor>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
