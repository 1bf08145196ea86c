import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { OidcProviderConfig } from '../../config/index.ts';
import type { SignedToken } from '../types.ts';
import type { Client } from './client.ts';
import { issuerTemplate } from './discovery.ts';
import { rejected } from './rejected.ts';
import { readTokenHeader } from './token-header.ts';

type Rules = Pick<OidcProviderConfig, 'issuer' | 'clientId' | 'idTokenAlgs' | 'tenants'>;

/** Longest token that is looked at, characters. A logout token has some hundred. */
const longest = 16_384;

/**
 * Verifies a JWT that came without a browser and without a code in front of it: nothing but its signature vouches for it.
 * The algorithm is one of the file's list, which has none that a public key could pass for (RFC 8725, section 3.1).
 *
 * @throws Failure `login_rejected`, labelled `oidc.alg`, `oidc.key`, `oidc.signature`, `oidc.iss` or `oidc.aud`;
 *   `idp_unavailable` when there are no keys to be had
 */
export async function verifySignedToken(
  jwt: string,
  rules: Rules,
  client: Pick<Client, 'keys'>,
): Promise<SignedToken> {
  if (jwt.length > longest || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) throw rejected('token_malformed');
  const header = readTokenHeader(jwt);
  if (header?.alg === undefined || !rules.idTokenAlgs.includes(header.alg)) throw rejected('alg');
  const keys = JSON.parse((await client.keys(header)).text) as JSONWebKeySet;
  const { payload, protectedHeader } = await verified(jwt, keys, header.alg);
  const claims = parseClaims(payload);
  if (typeof claims['iss'] !== 'string' || !isIssuer(claims['iss'], rules)) throw rejected('iss');
  const { aud } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(rules.clientId)) throw rejected('aud');
  const typ = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
  return { claims, type: typ };
}

/** Is this the issuer of the file, or of one of its tenants at Entra's multi-tenant endpoints? */
export function isIssuer(iss: string, rules: Pick<Rules, 'issuer' | 'tenants'>): boolean {
  if (rules.tenants.length === 0) return iss === rules.issuer;
  return rules.tenants.some((tenant) => iss === issuerTemplate.replace('{tenantid}', tenant.toLowerCase()));
}

/** With the one key that fits the header; where it names none, with whichever of those that fit. */
async function verified(jwt: string, keys: JSONWebKeySet, alg: string) {
  const options = { algorithms: [alg] };
  try {
    return await compactVerify(jwt, createLocalJWKSet(keys), options);
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      for await (const key of error) {
        try {
          return await compactVerify(jwt, key, options);
        } catch (inner) {
          if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw rejected('token_malformed');
        }
      }
      throw rejected('signature');
    }
    if (error instanceof errors.JWKSNoMatchingKey) throw rejected('key');
    if (error instanceof errors.JWSSignatureVerificationFailed) throw rejected('signature');
    throw rejected('token_malformed');
  }
}

function parseClaims(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) {
      return claims as Record<string, unknown>;
    }
  } catch {
    // Signed, but not JSON: no claims.
  }
  throw rejected('token_malformed');
}
