import { z } from 'zod';
import { overviewOf } from '../console/overview.ts';
import { personData } from '../person-data.ts';
import { operation, type Operation } from './operation.ts';
import {
  eventSchema,
  groupSchema,
  limit,
  loginSchema,
  loginTraceSchema,
  overviewSchema,
  personSchema,
  providerSchema,
  scimSchema,
  sessionSchema,
} from './schemas.ts';
import { found, iso, isoOrNull, loginJson, personJson, scimTokenJson, sessionsJson } from './to-json.ts';

/** Operations that only look. */
export const readOperations: readonly Operation[] = [
  operation({
    id: 'getOverview',
    method: 'get',
    path: '/overview',
    tag: 'Overview',
    summary: 'Sign-ins, refusals, sessions, people and providers',
    query: z.object({ span: z.enum(['day', 'week', 'fortnight']).default('week') }),
    answer: overviewSchema,
    async run({ deps, query }) {
      const { from, to, logins, refusals, people, sessions, providers, scim, config } = await overviewOf(
        deps,
        query.span,
      );
      return {
        from: iso(from),
        to: iso(to),
        logins,
        refusals: [...refusals],
        people,
        sessions,
        providers: providers.map(({ id, label, state, since }) => ({
          id,
          label,
          state,
          since: isoOrNull(since),
        })),
        scim: scim.map(({ lastRequest, ...each }) => ({ ...each, lastRequest: lastRequest ?? null })),
        configVersion: config.version,
        configHeld:
          config.held === undefined
            ? null
            : {
                at: iso(config.held.at),
                version: config.held.version,
                losses: [...config.held.losses],
              },
      };
    },
  }),
  operation({
    id: 'listPeople',
    method: 'get',
    path: '/people',
    tag: 'People',
    summary: 'Search people; by user name, page by page',
    query: z.object({
      search: z.string().max(300).optional(),
      provider: z.string().optional(),
      group: z.string().optional(),
      status: z.enum(['active', 'disabled', 'deactivated']).optional(),
      after: z.uuid().optional().meta({ description: 'Id of the last person of the page before.' }),
      limit,
    }),
    answer: z.strictObject({ people: z.array(personSchema), next: z.uuid().nullable() }),
    async run({ deps, query }) {
      const { search, provider, group, status, after } = query;
      const found = await deps.directory.searchPeople({
        limit: query.limit + 1,
        ...(search !== undefined && { search }),
        ...(provider !== undefined && { provider }),
        ...(group !== undefined && { group }),
        ...(status !== undefined && { status }),
        ...(after !== undefined && { after }),
      });
      const people = found.slice(0, query.limit);
      return {
        people: people.map(personJson),
        next: found.length > query.limit ? (people.at(-1)?.id ?? null) : null,
      };
    },
  }),
  operation({
    id: 'getPerson',
    method: 'get',
    path: '/people/{id}',
    tag: 'People',
    summary: 'One person',
    answer: personSchema,
    async run({ deps, params }) {
      return personJson(await found(deps.directory.findUser(params['id'] ?? '')));
    },
  }),
  operation({
    id: 'exportPerson',
    method: 'get',
    path: '/people/{id}/data',
    tag: 'People',
    summary: 'Everything that is kept of a person, for the person',
    answer: z.looseObject({ exportedAt: z.string() }),
    async run({ deps, params }) {
      const { directory, sessions, now } = deps;
      return { ...(await found(personData(params['id'] ?? '', { directory, sessions, now }))) };
    },
  }),
  operation({
    id: 'listSessionsOfPerson',
    method: 'get',
    path: '/people/{id}/sessions',
    tag: 'Sessions',
    summary: 'Live sessions of one person',
    answer: z.strictObject({ sessions: z.array(sessionSchema) }),
    async run({ deps, params }) {
      const user = await found(deps.directory.findUser(params['id'] ?? ''));
      return { sessions: sessionsJson(await deps.sessions.listByUser(user.id)) };
    },
  }),
  operation({
    id: 'listSessions',
    method: 'get',
    path: '/sessions',
    tag: 'Sessions',
    summary: 'Live sessions, newest first',
    query: z.object({ limit }),
    answer: z.strictObject({ sessions: z.array(sessionSchema) }),
    async run({ deps, query }) {
      return { sessions: sessionsJson(await deps.sessions.list({ limit: query.limit })) };
    },
  }),
  operation({
    id: 'listGroups',
    method: 'get',
    path: '/groups',
    tag: 'Groups',
    summary: 'All groups, with how many people are in each',
    answer: z.strictObject({ groups: z.array(groupSchema) }),
    async run({ deps }) {
      return {
        groups: (await deps.directory.listGroups()).map(({ id, name, members }) => ({ id, name, members })),
      };
    },
  }),
  operation({
    id: 'listProviders',
    method: 'get',
    path: '/providers',
    tag: 'Providers',
    summary: 'Identity providers and whether they answer',
    answer: z.strictObject({ providers: z.array(providerSchema) }),
    async run({ deps }) {
      return {
        providers: [...deps.providers.values()].map((provider) => {
          const { state, since } = provider.health();
          const { id, label, preset, protocol } = provider;
          return { id, label, preset, protocol, state, since: isoOrNull(since) };
        }),
      };
    },
  }),
  operation({
    id: 'listProvisioning',
    method: 'get',
    path: '/scim',
    tag: 'Provisioning',
    summary: 'How provisioning goes for each provider that has it, and the tokens of its clients',
    answer: z.strictObject({ scim: z.array(scimSchema) }),
    async run({ deps }) {
      const all = deps.scim.providers.map(async (provider) => {
        const [status, tokens] = await Promise.all([deps.scim.status(provider), deps.scim.tokens(provider)]);
        const { users, inactive, groups, requests, done, errors } = status;
        return {
          provider,
          users,
          inactive,
          groups,
          requests,
          done,
          errors,
          lastRequest: status.lastRequest ?? null,
          lastRefused: status.lastRefused ?? null,
          neverSignedIn: status.neverSignedIn.total,
          notProvisioned: status.notProvisioned.total,
          tokens: tokens.flatMap((token) => scimTokenJson(token, deps.scim) ?? []),
        };
      });
      return { scim: await Promise.all(all) };
    },
  }),
  operation({
    id: 'listLogins',
    method: 'get',
    path: '/logins',
    tag: 'Sign-ins',
    summary: 'Sign-ins of the last days, newest first',
    query: z.object({
      provider: z.string().optional(),
      user: z.string().optional(),
      outcome: z.enum(['admitted', 'refused', 'failed']).optional(),
      before: z.iso.datetime().optional(),
      limit,
    }),
    answer: z.strictObject({ logins: z.array(loginSchema) }),
    async run({ deps, query }) {
      const { provider, user, outcome, before } = query;
      const traces = await deps.directory.listTraces({
        limit: query.limit,
        ...(provider !== undefined && { provider }),
        ...(user !== undefined && { user }),
        ...(outcome !== undefined && { outcome }),
        ...(before !== undefined && { before: Date.parse(before) }),
      });
      return { logins: traces.map(loginJson) };
    },
  }),
  operation({
    id: 'getLogin',
    method: 'get',
    path: '/logins/{reference}',
    tag: 'Sign-ins',
    summary: 'One sign-in by the number that the person saw',
    answer: loginTraceSchema,
    async run({ deps, params }) {
      const row = await found(deps.directory.findTrace((params['reference'] ?? '').toUpperCase()));
      return { ...loginJson(row), trace: row.trace };
    },
  }),
  operation({
    id: 'listAudit',
    method: 'get',
    path: '/audit',
    tag: 'Audit',
    summary: 'Records of the audit trail, oldest first among the newest; with after, what has come since',
    query: z.object({
      type: z.string().optional(),
      user: z.string().optional(),
      reference: z.string().optional(),
      since: z.iso.datetime().optional(),
      after: z.coerce.number().int().min(0).optional(),
      limit,
    }),
    answer: z.strictObject({ events: z.array(eventSchema) }),
    async run({ deps, query }) {
      const { type, user, reference, since, after } = query;
      const events = await deps.directory.read({
        limit: query.limit,
        ...(type !== undefined && { type }),
        ...(user !== undefined && { user }),
        ...(reference !== undefined && { reference }),
        ...(since !== undefined && { since: Date.parse(since) }),
        // Whoever follows must not miss what came in between.
        ...(after !== undefined && { after, oldest: true }),
      });
      return { events: events.map(({ seq, event: { at, ...event } }) => ({ seq, at: iso(at), ...event })) };
    },
  }),
];
