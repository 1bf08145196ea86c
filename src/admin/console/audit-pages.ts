import type { Request } from 'express';
import { type AuditFilter, formatAuditLine, type StoredAuditEvent } from '../../audit/index.ts';
import type { AdminDeps } from '../types.ts';
import { actorNames, actorText, eventText, eventTone } from './event-text.ts';
import type { SendPage } from './page.ts';
import type { Routes } from './routes.ts';

const pageSize = 100;
const mostDownloaded = 100_000;

/** Types that the filter offers; any other can be typed into the address. */
const types = [
  'login',
  'login.refused',
  'login.failed',
  'user.created',
  'user.disabled',
  'user.enabled',
  'user.erased',
  'membership.added',
  'membership.removed',
  'session.ended',
  'config.loaded',
  'config.rejected',
  'config.held',
  'config.accepted',
] as const;

/** The audit trail: filtered, followed as it grows, downloaded. */
export function auditPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { directory, providers } = deps;

  routes.page('/audit', async (req, res, operator) => {
    const filter = readFilter(req);
    const events = await directory.read({ ...filter, limit: pageSize });
    const names = await actorNames(
      events.map(({ event }) => event),
      directory,
    );
    const query = queryOf(req);
    send(req, res, {
      name: 'audit',
      title: 'Audit',
      section: 'audit',
      operator,
      model: {
        part: true,
        types,
        query: req.query,
        download: `/admin/audit/download?${query.toString()}`,
        newest: events.at(-1)?.seq ?? 0,
        events: events
          .toReversed()
          .map((stored) => auditLine(stored, names, (id) => providers.get(id)?.label ?? id)),
        full: events.length === pageSize,
      },
    });
  });

  routes.page('/audit/download', async (req, res) => {
    const events = await directory.read({ ...readFilter(req), limit: mostDownloaded });
    res.setHeader('Content-Disposition', 'attachment; filename="audit.jsonl"');
    res.type('application/jsonl');
    for (const stored of events) res.write(`${formatAuditLine(stored)}\n`);
    res.end();
  });
}

/** An event as a line of the table. */
export function auditLine(
  { seq, event }: StoredAuditEvent,
  names: ReadonlyMap<string, string>,
  labelOf: (provider: string) => string,
) {
  return {
    seq,
    at: event.at,
    type: event.type,
    tone: eventTone(event.type),
    who: actorText(event, names),
    about: event.userName ?? event.userId,
    userId: event.userId,
    what: eventText(event),
    provider: event.provider === undefined ? undefined : labelOf(event.provider),
    reference: event.reference,
    json: JSON.stringify(event, null, 2),
  };
}

/** The conditions in an address; what cannot be read is left out. */
export function readFilter(req: Request): Omit<AuditFilter, 'limit'> {
  const text = (name: string): string | undefined => {
    const value = req.query[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const since = Date.parse(text('since') ?? '');
  const [type, user, reference] = [text('type'), text('user'), text('reference')];
  return {
    ...(Number.isFinite(since) && { since }),
    ...(type !== undefined && { type }),
    ...(user !== undefined && { user }),
    ...(reference !== undefined && { reference: reference.toUpperCase() }),
  };
}

function queryOf(req: Request): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ['type', 'user', 'reference', 'since']) {
    const value = req.query[name];
    if (typeof value === 'string' && value !== '') query.set(name, value);
  }
  return query;
}
