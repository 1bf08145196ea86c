import { Failure } from '../../identity/index.ts';
import type { SignedToken } from '../../providers/index.ts';

/** The one event that a logout token tells of (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** A logout token is made for the moment: one issued longer ago is refused, whatever its `exp` says. */
const oldest = 10 * 60_000;
/** Types that a logout token may have; without explicit typing the header says `JWT`, or nothing. */
const types: readonly (string | undefined)[] = ['logout+jwt', 'jwt', undefined];

export interface LogoutToken {
  readonly jti: string;
  readonly sid: string | undefined;
  readonly sub: string | undefined;
  /** Milliseconds since the epoch, by the provider's clock. */
  readonly issuedAt: number;
  /** Not accepted from then on, milliseconds since the epoch. */
  readonly usableUntil: number;
}

/**
 * The checks of a logout token (section 2.6) that are left when its signature, algorithm, issuer and audience hold.
 *
 * @param clock now and the tolerated difference, milliseconds
 * @throws Failure `login_rejected`, labelled by the claim: `signals.logout_token.events` …
 */
export function readLogoutToken(
  token: SignedToken,
  clock: { readonly now: number; readonly tolerance: number },
): LogoutToken {
  const { claims, type } = token;
  if (!types.includes(type)) throw refused('typ');
  const [issuedAt, expiresAt] = [time(claims, 'iat'), time(claims, 'exp')];
  if (issuedAt > clock.now + clock.tolerance || issuedAt < clock.now - oldest - clock.tolerance) {
    throw refused('iat');
  }
  if (expiresAt <= clock.now - clock.tolerance) throw refused('exp');
  // What tells an ID token apart, besides the events: it answers a nonce.
  if (claims['nonce'] !== undefined) throw refused('nonce');
  if (!isLogoutEvent(claims['events'])) throw refused('events');
  const [sid, sub] = [text(claims, 'sid'), text(claims, 'sub')];
  if (sid === undefined && sub === undefined) throw refused('nobody');
  const jti = text(claims, 'jti');
  if (jti === undefined) throw refused('jti');
  const usableUntil = Math.min(expiresAt, issuedAt + oldest) + clock.tolerance;
  return { jti, sid, sub, issuedAt, usableUntil };
}

/** The logout event, with an object as its value, and no other. */
function isLogoutEvent(events: unknown): boolean {
  if (typeof events !== 'object' || events === null || Array.isArray(events)) return false;
  const [only, ...more] = Object.entries(events);
  const value: unknown = only?.[1];
  return (
    only?.[0] === logoutEvent &&
    more.length === 0 &&
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value)
  );
}

function time(claims: SignedToken['claims'], name: string): number {
  const value = claims[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw refused(name);
  return value * 1000;
}

/** A text of a sensible length, or undefined where there is none; anything else is refused. */
function text(claims: SignedToken['claims'], name: string): string | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > 1_000) throw refused(name);
  return value;
}

function refused(what: string): Failure {
  return new Failure('login_rejected', { detail: `signals.logout_token.${what}` });
}
