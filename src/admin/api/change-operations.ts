import { z } from 'zod';
import { sessionRef } from '../../sessions/index.ts';
import { Failure } from '../../identity/index.ts';
import { acceptConfig } from '../accept-config.ts';
import { peopleBeforeOperations } from './people-before-operations.ts';
import { operation, type Operation } from './operation.ts';
import { found, personJson, scimTokenJson } from './to-json.ts';
import { changed, ended, personSchema, scimTokenSchema } from './schemas.ts';

const why = z.string().trim().max(500).optional().meta({ description: 'Kept in the audit trail.' });
const identity = z.strictObject({
  provider: z.string().min(1),
  issuer: z.string().min(1).max(1_000),
  subject: z.string().min(1).max(1_000),
});
const evenLast = z
  .boolean()
  .default(false)
  .meta({ description: 'Also the last administrator, so that nobody could open the console any more.' });

/** Operations that change something: the same ones as those of the console and the command. */
export const changeOperations: readonly Operation[] = [
  ...peopleBeforeOperations,
  operation({
    id: 'acceptConfig',
    method: 'post',
    path: '/config/accept',
    tag: 'Configuration',
    summary: 'Let files come into force that are held back because they take much away',
    body: z.strictObject({
      version: z.string().min(1).max(64).meta({ description: 'configHeld.version of the overview.' }),
    }),
    answer: z.strictObject({ accepted: z.boolean() }),
    async run({ deps, body, operator }) {
      if (!(await acceptConfig(deps, body.version, operator.actor)))
        throw new Failure('not_found', { detail: 'admin.config_not_held' });
      return { accepted: true };
    },
  }),
  operation({
    id: 'linkIdentity',
    method: 'post',
    path: '/people/{id}/identities',
    tag: 'People',
    summary: 'Join an identity at a provider to a person, who may then sign in by it',
    body: identity,
    answer: z.strictObject({ result: z.enum(['linked', 'already', 'taken']) }),
    async run({ deps, params, body, operator }) {
      return { result: await deps.links.link(params['id'] ?? '', body, operator.actor) };
    },
  }),
  operation({
    id: 'unlinkIdentity',
    method: 'delete',
    path: '/people/{id}/identities',
    tag: 'People',
    summary: 'Take an identity away from a person; their sessions end',
    body: identity.extend({ evenLast }),
    answer: z.strictObject({ ...changed.shape, ...ended.shape }),
    async run({ deps, params, body, operator }) {
      const { evenLast, ...known } = body;
      return deps.links.unlink(params['id'] ?? '', known, operator.actor, { evenLast });
    },
  }),
  operation({
    id: 'relinkIdentity',
    method: 'put',
    path: '/people/{id}/identities',
    tag: 'People',
    summary:
      'Give a person a new subject at a provider; the others there are taken away, and their sessions end',
    body: identity,
    answer: z.strictObject({
      result: z.enum(['relinked', 'taken']),
      takenAway: z.int(),
      ended: z.int(),
    }),
    async run({ deps, params, body, operator }) {
      const done = await deps.links.relink(params['id'] ?? '', body, operator.actor);
      return done === 'taken'
        ? { result: 'taken' as const, takenAway: 0, ended: 0 }
        : { result: 'relinked' as const, ...done };
    },
  }),
  operation({
    id: 'createScimToken',
    method: 'post',
    path: '/scim/{provider}/tokens',
    tag: 'Provisioning',
    summary: 'Make a token for a provisioning client; the secret is in this answer and nowhere else',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      kind: z.enum(['bearer', 'client']).default('bearer'),
      days: z
        .int()
        .min(1)
        .max(3_650)
        .optional()
        .meta({ description: 'How long it holds; left out: until revoked.' }),
    }),
    answer: z.strictObject({ token: scimTokenSchema, secret: z.string() }),
    async run({ deps, params, body, operator }) {
      const provider = await found(
        Promise.resolve(deps.scim.providers.find((each) => each === params['provider'])),
      );
      const { name, kind, days } = body;
      const expiresAt = days === undefined ? undefined : deps.now() + days * 86_400_000;
      const made = await deps.scim.createToken({ provider, kind, name, expiresAt, actor: operator.actor });
      return {
        token: await found(Promise.resolve(scimTokenJson(made.token, deps.scim))),
        secret: made.secret,
      };
    },
  }),
  operation({
    id: 'revokeScimToken',
    method: 'delete',
    path: '/scim/tokens/{id}',
    tag: 'Provisioning',
    summary: 'End a token; the next request that brings it is refused',
    answer: changed,
    async run({ deps, params, operator }) {
      return { changed: await found(deps.scim.revokeToken(params['id'] ?? '', operator.actor)) };
    },
  }),
  operation({
    id: 'disablePerson',
    method: 'post',
    path: '/people/{id}/disable',
    tag: 'People',
    summary: 'Switch a person off here and end their sessions',
    body: z.strictObject({ why, evenLast }),
    answer: z.strictObject({ ...changed.shape, ...ended.shape, person: personSchema }),
    async run({ deps, params, body, operator }) {
      const id = params['id'] ?? '';
      const result = await deps.people.disable(id, operator.actor, body.why, { evenLast: body.evenLast });
      return { changed: result.changed, ended: result.ended, person: personJson(result.user) };
    },
  }),
  operation({
    id: 'enablePerson',
    method: 'post',
    path: '/people/{id}/enable',
    tag: 'People',
    summary: 'Let a person in again who was disabled here',
    body: z.strictObject({ why }),
    answer: z.strictObject({ ...changed.shape, person: personSchema }),
    async run({ deps, params, body, operator }) {
      const result = await deps.people.enable(params['id'] ?? '', operator.actor, body.why);
      return { changed: result.changed, person: personJson(result.user) };
    },
  }),
  operation({
    id: 'erasePerson',
    method: 'delete',
    path: '/people/{id}',
    tag: 'People',
    summary: 'Remove a person for good; the audit trail keeps the id as a pseudonym',
    body: z.strictObject({ evenLast }),
    answer: ended,
    run: ({ deps, params, body, operator }) =>
      deps.people.erase(params['id'] ?? '', operator.actor, { evenLast: body.evenLast }),
  }),
  operation({
    id: 'addToGroup',
    method: 'post',
    path: '/people/{id}/groups',
    tag: 'Groups',
    summary: 'Give a local membership; the group is made when there is none of that name',
    body: z.strictObject({ group: z.string().trim().min(1).max(200) }),
    answer: changed,
    async run({ deps, params, body, operator }) {
      return { changed: await deps.people.addToGroup(params['id'] ?? '', body.group, operator.actor) };
    },
  }),
  operation({
    id: 'removeFromGroup',
    method: 'delete',
    path: '/people/{id}/groups',
    tag: 'Groups',
    summary: 'Take back a local membership; what a provider granted stays',
    body: z.strictObject({ group: z.string().min(1), evenLast }),
    answer: changed,
    async run({ deps, params, body, operator }) {
      const { group } = body;
      const options = { evenLast: body.evenLast };
      return {
        changed: await deps.people.removeFromGroup(params['id'] ?? '', group, operator.actor, options),
      };
    },
  }),
  operation({
    id: 'endSessionsOfPerson',
    method: 'delete',
    path: '/people/{id}/sessions',
    tag: 'Sessions',
    summary: 'End all sessions of a person, who may sign in again',
    answer: ended,
    async run({ deps, params, operator }) {
      const user = await found(deps.directory.findUser(params['id'] ?? ''));
      return { ended: await deps.people.endSessions(user.id, operator.actor) };
    },
  }),
  operation({
    id: 'endSession',
    method: 'delete',
    path: '/sessions/{session}',
    tag: 'Sessions',
    summary: 'End one session by its short name',
    answer: ended,
    async run({ deps, params, operator }) {
      const live = await deps.sessions.list({ limit: 100_000 });
      const session = live.find(({ digest }) => sessionRef(digest) === params['session']);
      const { digest } = await found(Promise.resolve(session));
      return { ended: (await deps.endings.end(digest, 'revoked', operator.actor)) ? 1 : 0 };
    },
  }),
];
