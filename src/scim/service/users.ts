import type {
  ScimMatch,
  ScimShownUser,
  ScimStore,
  ScimUserContent,
  ScimUserRecord,
} from '../../directory/index.ts';
import { emailDomain } from '../../identity/index.ts';
import { ScimError } from '../error.ts';
import { coreAsContainer, flatKeys } from '../habits/bodies.ts';
import { patchPathHabits } from '../habits/filters.ts';
import { valueHabits } from '../habits/values.ts';
import { applyPatch, readOperations } from '../patch/index.ts';
import { asksFor, type Projection } from '../project.ts';
import { readResource, requireAttributes } from '../read.ts';
import { sameValue, type Resource } from '../resource.ts';
import { userType } from '../schema/index.ts';
import type { Caller, ScimDeps } from '../types.ts';
import { noConditions, type Answer, type Conditions } from './answer.ts';
import { mainEmail, userContent } from './content.ts';
import { etagOf, isKnown, requireMatch } from './etag.ts';
import { createEvents } from './events.ts';
import type { Representation } from './representation.ts';

const all: Projection = { only: undefined, without: undefined };

/** The operations on `/Users` but for lists. Whatever leaves somebody inactive ends their sessions before it answers. */
export function createUserService(
  deps: Pick<ScimDeps, 'endings' | 'now'> & { readonly store: ScimStore },
  representation: Representation,
) {
  const { store, endings, now } = deps;

  function answer(status: 200 | 201, record: ScimShownUser, projection: Projection): Answer {
    return {
      status,
      json: representation.userText(record, projection),
      location: representation.locationOf(userType, record.id),
      etag: etagOf(record.version),
    };
  }

  /** Also for one who was inactive before: whoever asks again after a failure gets the sessions ended. */
  async function endSessions({ actor }: Caller, record: ScimUserRecord): Promise<void> {
    if (!record.active) await endings.endAllOf(record.userId, 'deactivated', actor);
  }

  async function change(
    caller: Caller,
    id: string,
    decide: (resource: Resource, record: ScimUserRecord) => Resource,
    conditions: Conditions,
    projection: Projection | undefined,
  ): Promise<Answer> {
    const at = now();
    const key = { provider: caller.provider.id, id };
    const result = await store.changeUser(
      key,
      (record) => {
        requireMatch(conditions, record.version);
        const before = JSON.parse(record.resource) as Resource;
        const after = decide(before, record);
        return decided(caller, before, after);
      },
      { withGroups: projection !== undefined && asksFor(projection, 'groups'), now: at },
      createEvents(caller, at).user,
    );
    if (!result) throw noSuchUser(id);
    if ('taken' in result) throw new ScimError(409, 'Another user has this userName.', 'uniqueness');
    const { record } = result;
    await endSessions(caller, record);
    if (projection) return answer(200, record, projection);
    return {
      status: 204,
      location: representation.locationOf(userType, record.id),
      etag: etagOf(record.version),
    };
  }

  return {
    async create(caller: Caller, body: unknown, projection = all): Promise<Answer> {
      const resource = readResource(userType, flatKeys(userType, body), valueHabits);
      requireAttributes(userType, resource);
      const at = now();
      const { provider } = caller;
      const content = userContent(provider, resource, undefined);
      const created = await store.createUser(
        {
          provider: provider.id,
          content,
          match: matchOf(caller, content, resource),
          onReturn: provider.scim.onReturn,
          now: at,
        },
        createEvents(caller, at).user,
      );
      if (created.kind === 'taken') {
        const detail =
          created.what === 'userName'
            ? 'A user with this userName exists.'
            : 'The person with this identity has a resource already.';
        throw new ScimError(409, detail, 'uniqueness');
      }
      if (created.kind === 'ambiguous')
        throw new ScimError(409, 'Two people who signed in before match this resource.', 'uniqueness');
      await endSessions(caller, created.record);
      return answer(201, created.record, projection);
    },

    async get(
      caller: Caller,
      id: string,
      projection: Projection,
      conditions: Conditions = noConditions,
    ): Promise<Answer> {
      const record = await store.findUser(caller.provider.id, id, asksFor(projection, 'groups'));
      if (!record) throw noSuchUser(id);
      if (isKnown(conditions, record.version)) return { status: 304, etag: etagOf(record.version) };
      return answer(200, record, projection);
    },

    /** What is not sent goes, but for `active` and `externalId`: leaving them out switches nobody on or off, or loose. */
    replace(
      caller: Caller,
      id: string,
      body: unknown,
      conditions: Conditions,
      projection = all,
    ): Promise<Answer> {
      const sent = readResource(userType, flatKeys(userType, body), valueHabits);
      requireAttributes(userType, sent);
      return change(
        caller,
        id,
        (before) => {
          const externalId = sent['externalId'] ?? before['externalId'];
          return {
            ...sent,
            ...(externalId !== undefined && { externalId }),
            active: sent['active'] ?? before['active'] ?? true,
          };
        },
        conditions,
        projection,
      );
    },

    /** Answers 204; with the user itself where attributes were asked for (RFC 7644, section 3.5.2). */
    patch(
      caller: Caller,
      id: string,
      body: unknown,
      conditions: Conditions,
      projection = all,
    ): Promise<Answer> {
      const operations = readOperations(body, patchPathHabits(userType)).map((each) =>
        coreAsContainer(userType, each),
      );
      return change(
        caller,
        id,
        (before) => {
          const after = applyPatch(userType, before, operations, valueHabits);
          requireAttributes(userType, after);
          return { ...after, active: after['active'] ?? before['active'] ?? true };
        },
        conditions,
        projection.only || projection.without ? projection : undefined,
      );
    },

    async remove(caller: Caller, id: string, conditions: Conditions): Promise<Answer> {
      const at = now();
      const gone = await store.deleteUser(
        { provider: caller.provider.id, id },
        (record) => requireMatch(conditions, record.version),
        at,
        createEvents(caller, at).userDeleted,
      );
      if (!gone) throw noSuchUser(id);
      await endSessions(caller, { ...gone, active: false });
      return { status: 204 };
    },
  };
}

export type UserService = ReturnType<typeof createUserService>;

/** The new content, or undefined when nothing that is kept would change. */
function decided(caller: Caller, before: Resource, after: Resource): ScimUserContent | undefined {
  const { password: _password, groups: _groups, ...kept } = after;
  return sameValue(before, kept) ? undefined : userContent(caller.provider, after, before);
}

/** By what the resource tells of somebody who may have signed in before, as the provider's file says. */
function matchOf({ provider }: Caller, content: ScimUserContent, resource: Resource): readonly ScimMatch[] {
  return provider.scim.match.flatMap((by): readonly ScimMatch[] => {
    if (by === 'subject') return content.externalId === undefined ? [] : [{ by, value: content.externalId }];
    if (by === 'userName') return [{ by, value: content.userName }];
    const email = mainEmail(resource);
    return email !== undefined && provider.admit.emailDomains.includes(emailDomain(email) ?? '')
      ? [{ by, value: email }]
      : [];
  });
}

function noSuchUser(id: string): ScimError {
  if (id.length > 100) return new ScimError(404, 'There is no user by this id.');
  return new ScimError(404, `There is no user "${id}".`);
}
