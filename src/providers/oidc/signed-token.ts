import type { OidcProviderConfig } from '../../config/index.ts';
import type { SignedToken } from '../types.ts';
import type { Client } from './client.ts';
import { issuerTemplate } from './discovery.ts';
import { rejected } from './rejected.ts';
import { verifySignature } from './verify-signature.ts';

type Rules = Pick<OidcProviderConfig, 'issuer' | 'clientId' | 'idTokenAlgs' | 'tenants'>;

/**
 * Verifies a JWT of the provider for us: signature, issuer, audience.
 *
 * @throws Failure `login_rejected`, labelled `oidc.alg`, `oidc.key`, `oidc.signature`, `oidc.iss` or `oidc.aud`;
 *   `idp_unavailable` when there are no keys to be had
 */
export async function verifySignedToken(
  jwt: string,
  rules: Rules,
  client: Pick<Client, 'keys'>,
): Promise<SignedToken> {
  const token = await verifySignature(jwt, rules.idTokenAlgs, client.keys);
  const { iss, aud } = token.claims;
  if (typeof iss !== 'string' || !isIssuer(iss, rules)) throw rejected('iss');
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(rules.clientId)) throw rejected('aud');
  return token;
}

/** Is this the issuer of the file, or of one of its tenants at Entra's multi-tenant endpoints? */
export function isIssuer(iss: string, rules: Pick<Rules, 'issuer' | 'tenants'>): boolean {
  if (rules.tenants.length === 0) return iss === rules.issuer;
  return rules.tenants.some((tenant) => iss === issuerTemplate.replace('{tenantid}', tenant.toLowerCase()));
}
