import type { LoginTraceRow } from '../../directory/index.ts';
import type { GroupsClaim, IdentityAssertion } from '../../identity/index.ts';

/**
 * What a real sign-in was read as, from its trace: enough to explain it once more under today's rules.
 * Undefined when the sign-in failed before anybody was known, or had more groups than a trace keeps.
 */
export function assertionOfTrace(row: LoginTraceRow): IdentityAssertion | undefined {
  const identity: unknown = row.trace['identity'];
  if (typeof identity !== 'object' || identity === null) return undefined;
  const read = identity as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const value = read[name];
    return typeof value === 'string' ? value : undefined;
  };
  const [issuer, subject, userName] = [text('issuer'), text('subject'), text('userName')];
  const groups = groupsOf(read['groups']);
  if (issuer === undefined || subject === undefined || userName === undefined || !groups) return undefined;
  const optional = Object.fromEntries(
    (['email', 'displayName', 'givenName', 'familyName', 'locale', 'externalId'] as const).flatMap((name) => {
      const value = text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const roles: unknown = read['roles'];
  return {
    provider: row.provider,
    issuer,
    subject,
    userName,
    ...optional,
    emailVerified: read['emailVerified'] === true,
    groups,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    authenticatedAt: row.at,
    amr: [],
    idpSession: {},
  };
}

/** Longest list that a trace keeps whole. */
const mostGroups = 200;

function groupsOf(value: unknown): GroupsClaim | undefined {
  if (value === 'no groups claim') return { kind: 'absent' };
  if (value === 'too many to list') return { kind: 'overage' };
  if (!Array.isArray(value) || value.length >= mostGroups) return undefined;
  return { kind: 'present', names: value.filter((name) => typeof name === 'string') };
}
