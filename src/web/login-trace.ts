import type { ProviderConfig } from '../config/index.ts';
import type { LoginTraceRow } from '../directory/index.ts';
import { formatSource, type IdentityAssertion, type Log, type Membership } from '../identity/index.ts';

/** What is told of one attempt beside its outcome; for those who help people in. */
export interface LoginTrace {
  readonly provider: string;
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly returnTo?: string | undefined;
  /** Claims or attributes as the provider sent them, secrets masked. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** What was read from them. */
  readonly identity?: Readonly<Record<string, unknown>> | undefined;
  /** What became of each group. */
  readonly mapping?: readonly MappingLine[] | undefined;
  readonly changes?: readonly string[] | undefined;
  /** Private label and cause of a failure. */
  readonly detail?: string | undefined;
  readonly cause?: string | undefined;
  readonly idpMessage?: string | undefined;
}

export interface MappingLine {
  readonly from: string;
  /** Undefined: ignored. */
  readonly to: string | undefined;
  /** Line of the provider's file that says so. */
  readonly line: number | undefined;
}

/** Longest list that is kept. */
const mostItems = 200;
const longestText = 500;

/** Claims that are of no use to a person who reads them, or could be to one who should not. */
const secret = /^(nonce|jti|sid|(?:at|c|s)_hash|.*token.*|.*secret.*|.*password.*)$/i;

/** Claims as they may be kept: secrets masked, texts and lists cut. */
export function maskedClaims(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  // One by one: of fifty thousand claims no list of pairs is made that is cut afterwards.
  for (const name in claims) {
    if (kept.length === mostItems) break;
    if (Object.hasOwn(claims, name))
      kept.push([name, secret.test(name) ? '[masked]' : masked(claims[name], 0)]);
  }
  return Object.fromEntries(kept);
}

function masked(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    if (/\beyJ[\w-]{10,}/.test(value)) return '[token]';
    return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 4) return '…';
  if (!Array.isArray(value)) return maskedClaims(value as Record<string, unknown>);
  const shown = value.slice(0, mostItems).map((each) => masked(each, depth + 1));
  return value.length > mostItems ? [...shown, `… and ${value.length - mostItems} more`] : shown;
}

/** What was read from the claims: who, and the groups, without the tokens. */
export function identityOf(assertion: IdentityAssertion): Record<string, unknown> {
  const { idpSession: _tokens, groups, provider: _provider, ...rest } = assertion;
  const told = Object.entries(rest)
    .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) =>
      name.endsWith('At') && typeof value === 'number'
        ? [name, new Date(value).toISOString()]
        : [name, value],
    );
  return {
    ...(Object.fromEntries(told) as Record<string, unknown>),
    groups:
      groups.kind === 'present'
        ? groups.names.slice(0, mostItems)
        : groups.kind === 'absent'
          ? 'no groups claim'
          : 'too many to list',
  };
}

/** What the provider's file makes of each group. */
export function mappingOf(
  assertion: IdentityAssertion,
  { groups, lines }: Pick<ProviderConfig, 'groups' | 'lines'>,
): readonly MappingLine[] {
  if (assertion.groups.kind !== 'present') return [];
  const map = new Map(groups.map);
  const reserved = new Set(map.values());
  return assertion.groups.names.slice(0, mostItems).map((from) => {
    const to = map.get(from);
    const key = to === undefined ? 'groups.unmapped' : `groups.map.${from}`;
    const line = Object.hasOwn(lines, key) ? lines[key] : undefined;
    const created = groups.unmapped === 'create' && !reserved.has(from) ? from : undefined;
    return { from, to: to ?? created, line };
  });
}

/** Memberships that came and went, in words. */
export function changesOf(added: readonly Membership[], removed: readonly Membership[]): readonly string[] {
  const word = (verb: string) => (membership: Membership) =>
    `${verb} ${membership.group} (${formatSource(membership.source)})`;
  return [...added.map(word('added to')), ...removed.map(word('removed from'))].slice(0, mostItems);
}

/** Keeps traces. They are written a moment later and together: no sign-in waits for them, and none fails because of them. */
export interface TraceKeeper {
  keep(row: Omit<LoginTraceRow, 'trace'> & { readonly trace: LoginTrace }): void;
  /** Writes what is still waiting. */
  flush(): Promise<void>;
}

/** How long a trace waits for others, milliseconds, and how many may wait. */
const patience = 300;
const mostWaiting = 5_000;

export function createTraceKeeper(
  store: { addTraces(traces: readonly LoginTraceRow[]): Promise<void> },
  log: Log,
): TraceKeeper {
  let waiting: LoginTraceRow[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      await store.addTraces(batch);
    } catch (error) {
      log.warn({ err: error, lost: batch.length }, 'traces of sign-ins could not be kept');
    }
  };
  return {
    keep(row) {
      if (waiting.length >= mostWaiting) return;
      waiting.push({ ...row, trace: { ...row.trace } });
      timer ??= setTimeout(() => void flush(), patience).unref();
    },
    flush,
  };
}
