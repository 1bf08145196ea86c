import { Failure } from '../../identity/index.ts';
import type { AdminDeps } from '../types.ts';
import { reasonText } from './event-text.ts';
import type { SendPage } from './page.ts';
import type { Routes } from './routes.ts';

const pageSize = 50;
const outcomes = ['admitted', 'refused', 'failed'] as const;

/** Sign-ins: any attempt of the last days, by its reference, step by step. */
export function loginPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { directory, providers } = deps;
  const labelOf = (provider: string): string => providers.get(provider)?.label ?? provider;

  routes.page('/logins', async (req, res, operator) => {
    const text = (name: string): string | undefined => {
      const value = req.query[name];
      return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
    };
    const reference = text('reference');
    if (reference !== undefined)
      return res.redirect(303, `/admin/logins/${encodeURIComponent(tidy(reference))}`);
    const [provider, user] = [text('provider'), text('user')];
    const outcome = outcomes.find((each) => each === req.query['outcome']);
    const before = Number(text('before') ?? Number.NaN);
    const traces = await directory.listTraces({
      limit: pageSize + 1,
      ...(provider !== undefined && { provider }),
      ...(user !== undefined && { user }),
      ...(outcome !== undefined && { outcome }),
      ...(Number.isFinite(before) && { before }),
    });
    const shown = traces.slice(0, pageSize);
    const next = new URLSearchParams(
      Object.entries({ provider, user, outcome, before: String(shown.at(-1)?.at ?? '') }).flatMap(
        ([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]),
      ),
    );
    send(req, res, {
      name: 'logins',
      title: 'Sign-ins',
      section: 'logins',
      operator,
      model: {
        part: true,
        outcomes,
        query: { provider, user, outcome },
        providers: [...providers.values()].map(({ id, label }) => ({ id, label })),
        traces: shown.map((trace) => ({
          ...trace,
          provider: labelOf(trace.provider),
          why: trace.why === undefined ? undefined : reasonText(trace.why),
        })),
        next: traces.length > pageSize ? `/admin/logins?${next.toString()}` : undefined,
      },
    });
  });

  routes.page('/logins/:reference', async (req, res, operator) => {
    const reference = tidy(String(req.params['reference']));
    const [row, events] = await Promise.all([
      directory.findTrace(reference),
      directory.read({ reference, limit: 100 }),
    ]);
    if (row === undefined && events.length === 0)
      throw new Failure('not_found', { detail: 'admin.no_such_login' });
    const { trace = {} } = row ?? {};
    send(req, res, {
      name: 'login',
      title: `Sign-in ${reference}`,
      section: 'logins',
      operator,
      model: {
        reference,
        row: row && { ...row, provider: labelOf(row.provider), providerId: row.provider },
        why: row?.why === undefined ? undefined : reasonText(row.why),
        trace,
        claims: tableOf(trace['claims']),
        identity: tableOf(trace['identity']),
        events: events.map(({ seq, event }) => ({ seq, at: event.at, type: event.type })),
      },
    });
  });
}

/** A reference as people read it to each other: any case, with spaces or dashes, O for 0 and I or L for 1. */
function tidy(reference: string): string {
  return reference
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
    .slice(0, 40);
}

/** An object as lines of a table, values as text. */
function tableOf(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([name, each]) => [
    name,
    typeof each === 'string'
      ? each
      : Array.isArray(each) && each.every((item) => typeof item === 'string')
        ? each.join(', ')
        : JSON.stringify(each),
  ]);
}
