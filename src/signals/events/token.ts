import { Failure } from '../../identity/index.ts';
import type { SignedToken } from '../../providers/index.ts';

/** A Security Event Token with its one event, verified. */
export interface SecurityEvent {
  readonly jti: string;
  /** URI of the event. */
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** `sub_id`, or the `subject` within the event that drafts had. Not judged yet. */
  readonly subject: unknown;
  /** When it happened, by the sender's clock, milliseconds since the epoch. */
  readonly at: number;
}

/** Events may wait for us while we are down; older ones are refused, and records of what we had are kept longer. */
export const oldestEvent = 7 * 86_400_000;

/** The words of RFC 8935, section 2.4, by what was wrong. */
export type EventError =
  | 'invalid_request'
  | 'invalid_key'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'authentication_failed'
  | 'access_denied';

/**
 * The checks of a Security Event Token (RFC 8417, section 2; Shared Signals Framework 1.0, section 4) whose signature holds:
 * explicitly typed, from this sender, for us, made in time, one event, and nothing of an ID or access token about it.
 *
 * @throws Failure `login_rejected`: `signals.event.<what>`
 */
export function readSecurityEvent(
  token: SignedToken,
  expected: {
    readonly issuer: string;
    readonly audience: readonly string[];
    readonly now: number;
    readonly tolerance: number;
  },
): SecurityEvent {
  const { claims, type } = token;
  if (type !== 'secevent+jwt') throw refused('typ');
  if (claims['iss'] !== expected.issuer) throw refused('iss');
  const audiences: readonly unknown[] = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']];
  if (!audiences.some((aud) => typeof aud === 'string' && expected.audience.includes(aud)))
    throw refused('aud');
  const { jti, iat, events } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > 1_000) throw refused('jti');
  if (typeof iat !== 'number' || !Number.isFinite(iat)) throw refused('iat');
  const issuedAt = iat * 1000;
  if (issuedAt > expected.now + expected.tolerance || issuedAt < expected.now - oldestEvent)
    throw refused('iat');
  // An event that happened does not expire (RFC 8417, section 2.2); and `sub` and `nonce` are marks of other tokens.
  for (const name of ['exp', 'sub', 'nonce']) if (claims[name] !== undefined) throw refused(name);
  if (!isObject(events)) throw refused('events');
  const [only, ...more] = Object.entries(events);
  if (only === undefined || more.length > 0 || !isObject(only[1])) throw refused('events');
  const [uri, payload] = only;
  return {
    jti,
    type: uri,
    payload,
    subject: claims['sub_id'] ?? payload['subject'],
    at: Math.min(happenedAt(payload['event_timestamp']) ?? issuedAt, issuedAt),
  };
}

/** Seconds since the epoch; some senders write milliseconds. */
function happenedAt(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return undefined;
  return value > 100_000_000_000 ? value : value * 1000;
}

/** What RFC 8935 calls a failure of these checks, or of the signature. */
export function eventError(failure: Failure): EventError {
  switch (failure.detail) {
    case 'signals.event.iss':
      return 'invalid_issuer';
    case 'signals.event.aud':
      return 'invalid_audience';
    case 'signals.event.authorization':
      return 'authentication_failed';
    case 'oidc.alg':
    case 'oidc.key':
    case 'oidc.signature':
      return 'invalid_key';
    default:
      return 'invalid_request';
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(what: string): Failure {
  return new Failure('login_rejected', { detail: `signals.event.${what}` });
}
