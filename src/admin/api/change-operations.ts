import { z } from 'zod';
import { sessionRef } from '../../sessions/index.ts';
import { operation, type Operation } from './operation.ts';
import { found, personJson } from './read-operations.ts';
import { changed, ended, personSchema } from './schemas.ts';

const why = z.string().trim().max(500).optional().meta({ description: 'Kept in the audit trail.' });
const evenLast = z
  .boolean()
  .default(false)
  .meta({ description: 'Also the last administrator, so that nobody could open the console any more.' });

/** Operations that change something: the same ones as those of the console and the command. */
export const changeOperations: readonly Operation[] = [
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
