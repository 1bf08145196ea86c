import type { Request } from 'express';
import type { PeopleQuery } from '../../directory/index.ts';
import { Failure, formatSource, groupNames, standingRefusal, type User } from '../../identity/index.ts';
import { deviceOf, sessionRef, type SessionRecord } from '../../sessions/index.ts';
import { personData } from '../person-data.ts';
import type { AdminDeps, Operator } from '../types.ts';
import { actorNames, actorText, eventText, eventTone } from './event-text.ts';
import type { SendPage } from './page.ts';
import type { Routes } from './routes.ts';

const pageSize = 50;
const statuses = ['active', 'disabled', 'deactivated'] as const;

/** People: the list that is searched as one types, and one person's page. */
export function peoplePages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { apiTokens, directory, sessions, providers, now } = deps;
  const labelOf = (provider: string): string => providers.get(provider)?.label ?? provider;

  routes.page('/people', async (req, res, operator) => {
    const query = readQuery(req);
    const [people, groups] = await Promise.all([
      directory.searchPeople({ ...query, limit: pageSize + 1 }),
      directory.listGroups(),
    ]);
    const shown = people.slice(0, pageSize);
    const last = shown.at(-1);
    send(req, res, {
      name: 'people',
      title: 'People',
      section: 'people',
      operator,
      model: {
        part: true,
        query,
        statuses,
        groups,
        providers: [...providers.values()].map(({ id, label }) => ({ id, label })),
        people: shown.map((user) => ({
          ...personLine(user),
          providers: [...new Set(user.identities.map(({ provider }) => labelOf(provider)))],
        })),
        next: people.length > pageSize && last !== undefined ? nextPage(query, last.id) : undefined,
      },
    });
  });

  routes.page('/people/:id', async (req, res, operator) => {
    const user = await personOf(deps, req);
    const [own, history, groups, why, tokens] = await Promise.all([
      sessions.listByUser(user.id),
      directory.read({ user: user.id, limit: 40 }),
      directory.listGroups(),
      directory.disabledWhy(user.id),
      apiTokens.list(user.id),
    ]);
    const names = await actorNames(
      history.map(({ event }) => event),
      directory,
    );
    send(req, res, {
      name: 'person',
      title: user.profile.displayName ?? user.profile.userName,
      section: 'people',
      operator,
      model: {
        invites: deps.invitations.offered && user.profile.email !== undefined,
        user,
        why,
        status: statusOf(user),
        lastOf: typeof req.query['last'] === 'string' ? req.query['last'] : undefined,
        identities: user.identities.map((identity) => ({
          ...identity,
          label: labelOf(identity.provider),
          query: new URLSearchParams({ ...identity }).toString(),
        })),
        memberships: user.memberships.map(({ group, source }) => ({
          group,
          local: source.kind === 'local',
          source:
            source.kind === 'local'
              ? 'an administrator'
              : `${labelOf(source.provider)}, ${source.kind === 'scim' ? 'by SCIM' : 'at sign-in'}`,
          written: formatSource(source),
        })),
        otherGroups: groups
          .map(({ name }) => name)
          .filter((name) => !groupNames(user.memberships).includes(name)),
        sessions: own
          .filter(({ login }) => login !== undefined)
          .map((session) => sessionLine(session, operator, labelOf)),
        tokens: tokens.map((each) => ({ ...each, provider: labelOf(each.provider) })),
        history: history.toReversed().map(({ seq, event }) => ({
          seq,
          at: event.at,
          who: actorText(event, names),
          what: eventText(event),
          tone: eventTone(event.type),
          provider: event.provider === undefined ? undefined : labelOf(event.provider),
          reference: event.reference,
        })),
      },
    });
  });

  routes.page('/people/:id/export', async (req, res) => {
    const data = await personData(String(req.params['id']), { directory, sessions, now });
    if (data === undefined) throw new Failure('not_found', { detail: 'admin.no_such_user' });
    res.setHeader('Content-Disposition', `attachment; filename="person-${data.profile.id}.json"`);
    res.type('json').send(`${JSON.stringify(data, null, 2)}\n`);
  });
}

/** The person that a path names. @throws Failure `not_found` */
export async function personOf(deps: Pick<AdminDeps, 'directory'>, req: Request): Promise<User> {
  const user = await deps.directory.findUser(String(req.params['id']));
  if (user === undefined) throw new Failure('not_found', { detail: 'admin.no_such_user' });
  return user;
}

/** A person as a line of a list. */
export function personLine(user: User) {
  const { id, profile, lastLoginAt } = user;
  return { id, ...profile, status: statusOf(user), groups: groupNames(user.memberships), lastLoginAt };
}

/** A session as a line of a list; the operator's own is marked. */
export function sessionLine(
  session: SessionRecord,
  operator: Pick<Operator, 'digest'>,
  labelOf: (provider: string) => string,
) {
  const { browser, system } = deviceOf(session.login?.userAgent);
  return {
    ref: sessionRef(session.digest),
    isThis: session.digest === operator.digest,
    device: [browser, system].filter((each) => each !== undefined).join(' on ') || 'Unknown device',
    address: session.login?.address,
    provider: session.login === undefined ? undefined : labelOf(session.login.provider),
    since: session.createdAt,
    lastSeen: session.lastSeenAt,
    until: Math.min(session.idleExpiresAt, session.absoluteExpiresAt),
  };
}

/** One word for the page: what keeps this person out, or `active`. */
export function statusOf(user: User): 'active' | 'disabled' | 'deactivated' {
  const refusal = standingRefusal(user);
  if (refusal === undefined) return 'active';
  return refusal === 'disabled_locally' ? 'disabled' : 'deactivated';
}

/** The conditions in an address; what is not known is left out. */
export function readQuery(req: Request): Omit<PeopleQuery, 'limit'> {
  const text = (name: string): string | undefined => {
    const value = req.query[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [search, provider, group, after] = [text('q'), text('provider'), text('group'), text('after')];
  const status = statuses.find((each) => each === req.query['status']);
  return {
    ...(search !== undefined && { search }),
    ...(provider !== undefined && { provider }),
    ...(group !== undefined && { group }),
    ...(status !== undefined && { status }),
    ...(after !== undefined && { after }),
  };
}

function nextPage({ search, provider, group, status }: Omit<PeopleQuery, 'limit'>, after: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ q: search, provider, group, status, after })) {
    if (value !== undefined) query.set(name, value);
  }
  return `/admin/people?${query.toString()}`;
}
