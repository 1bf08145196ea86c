import { createHash } from 'node:crypto';
import type { OidcProviderConfig } from '../../config/index.ts';
import type { Claims } from '../groups-claim.ts';
import { rejected } from './rejected.ts';
import { readTokenHeader } from './token-header.ts';

/** What came from the token endpoint, and with which clock it is judged. Times in milliseconds. */
export interface ReceivedTokens {
  readonly idToken: string;
  readonly accessToken: string;
  readonly now: number;
  readonly tolerance: number;
}

/** Hash of `at_hash` by the algorithm of the ID token (OpenID Connect Core 1.0, section 3.1.3.6). */
const hashes: Readonly<Record<string, string>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  RS384: 'sha384',
  PS384: 'sha384',
  ES384: 'sha384',
  RS512: 'sha512',
  PS512: 'sha512',
  ES512: 'sha512',
  EdDSA: 'sha512',
  Ed25519: 'sha512',
};

/**
 * The checks of an ID token (Core 3.1.3.7) that openid-client leaves to its caller. Its own have passed: signature, alg,
 * iss, aud, azp with several audiences, exp, nbf, nonce, and that iat and sub are there.
 *
 * @throws Failure `login_rejected`, labelled by the claim: `oidc.iat`, `oidc.azp`, `oidc.sub` …
 */
export function checkIdToken(
  claims: Claims,
  config: Pick<OidcProviderConfig, 'clientId' | 'idTokenAlgs' | 'tenants'>,
  received: ReceivedTokens,
): void {
  const header = readTokenHeader(received.idToken);
  const alg = header?.alg;
  if (alg === undefined || !config.idTokenAlgs.includes(alg)) throw rejected('alg');
  if (!isPlainType(header?.typ)) throw rejected('typ');
  const latest = (received.now + received.tolerance) / 1000;
  const time = (name: string): number | undefined => {
    const value = claims[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw rejected(name);
    return value;
  };
  const [issuedAt, authenticatedAt, expiry] = [time('iat'), time('auth_time'), time('exp')];
  if (issuedAt === undefined || issuedAt > latest) throw rejected('iat');
  if (expiry === undefined) throw rejected('exp');
  if (authenticatedAt !== undefined && authenticatedAt > latest) throw rejected('auth_time');
  if (claims['azp'] !== undefined && claims['azp'] !== config.clientId) throw rejected('azp');
  if (!isSubject(claims['sub'])) throw rejected('sub');
  checkAccessTokenHash(claims['at_hash'], alg, received.accessToken);
  checkTenant(claims['tid'], config.tenants);
}

/**
 * ID tokens are not typed, or plainly `JWT`. One that says to be of another kind (`at+jwt`, `logout+jwt`, …) was made for
 * somebody else to read, though its signature holds (RFC 8725, sections 3.11 and 3.12).
 */
function isPlainType(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && !typ.includes('+'));
}

/** At most 255 ASCII characters (Core, section 2), and none of them a control character. */
export function isSubject(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value);
}

/** The access token is the one that the ID token speaks of, so that userinfo is this person's. */
function checkAccessTokenHash(atHash: unknown, alg: string, accessToken: string): void {
  if (atHash === undefined) return;
  const hash = hashes[alg];
  if (hash === undefined) throw rejected('at_hash');
  const digest = createHash(hash).update(accessToken, 'ascii').digest();
  if (atHash !== digest.subarray(0, digest.length / 2).toString('base64url')) throw rejected('at_hash');
}

/** Entra's multi-tenant endpoints let anybody's tenant in: only those of the list may. GUIDs have no case. */
function checkTenant(tid: unknown, tenants: readonly string[]): void {
  if (tenants.length === 0) return;
  const allowed = tenants.map((tenant) => tenant.toLowerCase());
  if (typeof tid !== 'string' || !allowed.includes(tid.toLowerCase())) throw rejected('tenant');
}
