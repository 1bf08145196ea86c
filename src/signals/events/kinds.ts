import type { SecurityEvent } from './token.ts';

/** What an event leads to. */
export type Effect =
  /** The session it names, or all sessions of the person by this provider, end. */
  | 'end'
  /** All sessions of the person end, and no login succeeds until the provider, or an administrator, says otherwise. */
  | 'switch_off'
  /** Takes back what the provider's `switch_off` did. */
  | 'switch_on'
  /** What the provider says of the person now is fetched with the refresh token; sessions without one end. */
  | 'ask'
  /** The same, but a session without a refresh token goes on: nothing of it depends on what changed. */
  | 'ask_if_possible'
  /** The stream itself: our question has come back, or its state has changed. */
  | 'verified'
  | 'stream'
  /** Understood, and nothing to do. */
  | 'none';

const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';
const ssf = 'https://schemas.openid.net/secevent/ssf/event-type/';

type Rule = Effect | ((payload: SecurityEvent['payload']) => Effect);

/** Every event that we understand, and what it leads to: CAEP 1.0, RISC 1.0, the framework itself. docs/signals.md says the same. */
export const kinds: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [`${caep}session-revoked`, 'end'],
  // A new credential takes nothing away from the ones that sessions were begun with.
  [`${caep}credential-change`, ({ change_type: change }) => (change === 'create' ? 'none' : 'end')],
  [`${caep}token-claims-change`, 'ask'],
  [`${caep}assurance-level-change`, ({ change_direction: to }) => (to === 'increase' ? 'none' : 'end')],
  [`${caep}device-compliance-change`, ({ current_status: now }) => (now === 'compliant' ? 'none' : 'end')],
  [`${risc}account-disabled`, 'switch_off'],
  [`${risc}account-enabled`, 'switch_on'],
  [`${risc}account-purged`, 'switch_off'],
  [`${risc}account-credential-change-required`, 'end'],
  [`${risc}credential-compromise`, 'end'],
  [`${risc}sessions-revoked`, 'end'],
  // People are known by issuer and subject, never by an address or a name.
  [`${risc}identifier-changed`, 'ask_if_possible'],
  [`${risc}identifier-recycled`, 'end'],
  [`${ssf}verification`, 'verified'],
  [`${ssf}stream-updated`, 'stream'],
]);

/** What is asked for when a stream is set up, in the order of the table. */
export const requestedEvents: readonly string[] = [...kinds.keys()].filter((uri) => !uri.startsWith(ssf));

/** Undefined: an event that we do not know. */
export function effectOf({ type, payload }: Pick<SecurityEvent, 'type' | 'payload'>): Effect | undefined {
  const rule = kinds.get(type);
  return typeof rule === 'function' ? rule(payload) : rule;
}

/** `session-revoked`, for logs and the audit trail; what is no such URI as `unknown`. */
export function shortName(type: string): string {
  return (
    /^[\x21-\x7e]{1,300}$/
      .exec(type)?.[0]
      .replace(/^.*[/:]/, '')
      .slice(0, 64) || 'unknown'
  );
}
