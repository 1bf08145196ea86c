import type { AuditEvent } from '../../audit/index.ts';
import { heldConfig, type HeldConfig } from '../accept-config.ts';
import type { AdminDeps } from '../types.ts';
import { endingCredentials, endingTokens } from './credentials.ts';
import { reasonText } from './event-text.ts';
import { type Bar, barPlot, linePlot } from './plot.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** How far back the overview may look, by the word in its address. */
const spans: Readonly<
  Record<string, { readonly length: number; readonly step: number; readonly label: string }>
> = {
  day: { length: day, step: hour, label: '24 hours' },
  week: { length: 7 * day, step: 6 * hour, label: '7 days' },
  fortnight: { length: 14 * day, step: 12 * hour, label: '14 days' },
};
const loginTypes = ['login', 'login.refused', 'login.failed'] as const;

/** All that the overview tells, as data: the page draws it, the API gives it as it is. */
export interface Overview {
  readonly span: string;
  readonly from: number;
  readonly to: number;
  readonly logins: { readonly admitted: number; readonly refused: number; readonly failed: number };
  readonly bars: readonly Bar[];
  readonly refusals: readonly { readonly provider: string; readonly why: string; readonly count: number }[];
  readonly people: { readonly total: number; readonly disabled: number; readonly deactivated: number };
  readonly sessions: number;
  readonly sessionSamples: readonly { readonly at: number; readonly value: number }[];
  readonly providers: readonly {
    readonly id: string;
    readonly label: string;
    readonly state: 'unknown' | 'up' | 'down';
    readonly since: number | undefined;
  }[];
  /** How provisioning goes, for the providers that provision. */
  readonly scim: readonly {
    readonly provider: string;
    readonly users: number;
    readonly lastRequest: string | undefined;
    readonly refused: number;
  }[];
  readonly credentials: ReturnType<typeof endingCredentials>;
  readonly config: {
    readonly version: string;
    readonly lastRejected: { readonly at: number; readonly problems: number | undefined } | undefined;
    /** Files that wait for an administrator's word. */
    readonly held: HeldConfig | undefined;
  };
}

/** More sessions than this are told as "this many and more". */
export const mostSessions = 100_000;

export async function overviewOf(deps: AdminDeps, wanted: unknown): Promise<Overview> {
  const { config, directory, sessions, providers, now } = deps;
  const span = typeof wanted === 'string' && Object.hasOwn(spans, wanted) ? wanted : 'week';
  const { length = 7 * day, step = 6 * hour } = spans[span] ?? {};
  const to = Math.ceil(now() / step) * step;
  const from = to - length;
  const [tallies, refusals, people, live, samples, rejected, loaded, held, scim, tokens] = await Promise.all([
    directory.tally(loginTypes, from, step),
    directory.refusals(from),
    directory.countPeople(),
    sessions.list({ limit: mostSessions }),
    directory.samples('sessions', from),
    directory.read({ type: 'config.rejected', limit: 1 }),
    directory.read({ type: 'config.loaded', limit: 1 }),
    heldConfig(deps),
    Promise.all(deps.scim.providers.map((provider) => deps.scim.status(provider))),
    Promise.all(deps.scim.providers.map((provider) => deps.scim.tokens(provider))),
  ]);
  const bars = new Map<number, number[]>();
  for (const { at, type, count } of tallies) {
    const values = bars.get(at) ?? [0, 0, 0];
    values[loginTypes.indexOf(type as (typeof loginTypes)[number])] = count;
    bars.set(at, values);
  }
  const total = (type: string): number =>
    tallies.reduce((sum, each) => sum + (each.type === type ? each.count : 0), 0);
  const mistake = rejected[0]?.event;
  const outdated = held !== undefined || (loaded[0]?.seq ?? 0) > (rejected[0]?.seq ?? 0);
  return {
    span,
    from,
    to,
    logins: { admitted: total('login'), refused: total('login.refused'), failed: total('login.failed') },
    bars: [...bars].map(([at, values]) => ({ at, values })),
    refusals,
    people,
    sessions: live.filter((session) => session.login !== undefined).length,
    sessionSamples: samples.map(({ at, value }) => ({ at, value })),
    providers: [...providers.values()].map((provider) => ({
      id: provider.id,
      label: provider.label,
      ...provider.health(),
    })),
    scim: scim.map(({ provider, users, lastRequest, errors }) => ({
      provider,
      users,
      lastRequest,
      refused: Object.values(errors).reduce((sum, count) => sum + count, 0),
    })),
    credentials: [...endingCredentials(deps.credentials(), now()), ...endingTokens(deps.scim, tokens.flat())],
    config: {
      version: config.version,
      held,
      lastRejected:
        mistake === undefined || outdated ? undefined : { at: mistake.at, problems: problemsOf(mistake) },
    },
  };
}

/** What the template draws. */
export function overviewModel(overview: Overview): Readonly<Record<string, unknown>> {
  const { from, to, bars, logins, refusals, sessionSamples } = overview;
  const { step = 6 * hour, label = '' } = spans[overview.span] ?? {};
  const most = Math.max(1, ...refusals.map(({ count }) => count));
  return {
    ...overview,
    spans: Object.entries(spans).map(([name, each]) => ({
      name,
      label: each.label,
      current: name === overview.span,
    })),
    spanLabel: label,
    loginPlot: barPlot(bars, {
      from,
      to,
      step,
      label: `Sign-ins of the last ${label}: ${logins.admitted} admitted, ${logins.refused} refused, ${logins.failed} failed`,
    }),
    sessionPlot: linePlot(sessionSamples, {
      from,
      to,
      label: `Live sessions over the last ${label}; now ${overview.sessions}`,
    }),
    refusals: refusals.slice(0, 8).map(({ provider, why, count }) => ({
      provider,
      why,
      text: reasonText(why),
      count,
      share: count / most,
    })),
  };
}

function problemsOf(event: AuditEvent): number | undefined {
  return event.type === 'config.rejected' ? event.problems : undefined;
}
