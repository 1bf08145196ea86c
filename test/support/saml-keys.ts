import { readFileSync } from 'node:fs';

export type SamlKeyName = 'idp' | 'idp-next' | 'idp-ec' | 'idp-weak' | 'attacker' | 'sp';

const folder = new URL('../fixtures/saml/keys/', import.meta.url).pathname;

export function samlKeyPath(name: SamlKeyName): { readonly key: string; readonly certificate: string } {
  return { key: `${folder}${name}.key.pem`, certificate: `${folder}${name}.cert.pem` };
}

/** A key pair of the fixtures, PEM. */
export function samlKey(name: SamlKeyName): {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
} {
  const path = samlKeyPath(name);
  return {
    privateKeyPem: readFileSync(path.key, 'utf8'),
    certificatePem: readFileSync(path.certificate, 'utf8'),
  };
}
