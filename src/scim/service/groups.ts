import type { MemberDelta, ScimGroupRecord, ScimMember, ScimStore } from '../../directory/index.ts';
import { badRequest, ScimError } from '../error.ts';
import { elementMatches, type Filter } from '../filter/index.ts';
import { coreAsContainer, flatKeys } from '../habits/bodies.ts';
import { patchPathHabits } from '../habits/filters.ts';
import { valueHabits } from '../habits/values.ts';
import { applyPatch, readMembers, readOperations, splitGroupOperations } from '../patch/index.ts';
import { asksFor, type Projection } from '../project.ts';
import { readResource, requireAttributes } from '../read.ts';
import { isObject, sameValue, type Resource } from '../resource.ts';
import { attributeNamed, groupType } from '../schema/index.ts';
import type { Caller, ScimDeps } from '../types.ts';
import { noConditions, type Answer, type Conditions } from './answer.ts';
import { groupContent } from './content.ts';
import { etagOf, isKnown, requireMatch } from './etag.ts';
import { createEvents } from './events.ts';
import type { Representation } from './representation.ts';
import { turn } from './turns.ts';

const all: Projection = { only: undefined, without: undefined };
/** Members read by one statement. */
const piece = 1_000;

/** The operations on `/Groups` but for lists. Members are changed as rows; only who asks for the list makes it be read. */
export function createGroupService(
  deps: Pick<ScimDeps, 'now'> & { readonly store: ScimStore },
  representation: Representation,
) {
  const { store, now } = deps;

  async function loadMembers(groupId: string): Promise<ScimMember[]> {
    const members: ScimMember[] = [];
    for (;;) {
      const last = members.at(-1);
      const page = await store.listMembers(groupId, { ...(last && { after: last.id }), limit: piece });
      members.push(...page);
      if (page.length < piece) return members;
      await turn();
    }
  }

  async function answer(status: 200 | 201, record: ScimGroupRecord, projection: Projection): Promise<Answer> {
    const members = asksFor(projection, 'members') ? await loadMembers(record.id) : [];
    return {
      status,
      json: representation.groupText(record, members, projection),
      location: representation.locationOf(groupType, record.id),
      etag: etagOf(record.version),
    };
  }

  async function change(
    caller: Caller,
    id: string,
    decide: (before: Resource) => Resource,
    members: MemberDelta | undefined,
    conditions: Conditions,
    many: boolean,
  ): Promise<ScimGroupRecord> {
    const at = now();
    const events = createEvents(caller, at);
    const result = await store.changeGroup(
      { provider: caller.provider.id, id },
      (record) => {
        requireMatch(conditions, record.version);
        const before = JSON.parse(record.resource) as Resource;
        const after = decide(before);
        return {
          content: sameValue(before, after) ? undefined : groupContent(caller.provider, after),
          members,
        };
      },
      { now: at, many },
      (outcome) => events.group('updated', outcome),
    );
    if (!result) throw noSuchGroup(id);
    if ('taken' in result) throw new ScimError(409, 'Another group has this displayName.', 'uniqueness');
    if ('unknownMember' in result) throw noSuchMember(result.unknownMember);
    return result.record;
  }

  /** The delta with everybody of the group who satisfies one of the filters on the way out. */
  async function withLeaving(
    caller: Caller,
    id: string,
    delta: MemberDelta | undefined,
    filters: readonly Filter[],
  ): Promise<MemberDelta | undefined> {
    const attribute = attributeNamed(groupType.schema.attributes, 'members');
    if (filters.length === 0 || !attribute) return delta;
    const record = await store.findGroup(caller.provider.id, id);
    if (!record) throw noSuchGroup(id);
    const members = representation.group(record, await loadMembers(id))['members'];
    const named = (Array.isArray(members) ? members : [])
      .filter((each) => filters.some((filter) => elementMatches(attribute, each, filter)))
      .map((each) => String(isObject(each) ? each['value'] : ''));
    const { clear = false, join = [], leave = [] } = delta ?? {};
    return { clear, join: join.filter((each) => !named.includes(each.id)), leave: [...leave, ...named] };
  }

  return {
    loadMembers,

    async create(caller: Caller, body: unknown, projection = all): Promise<Answer> {
      const { resource, members } = readGroup(body);
      const at = now();
      const events = createEvents(caller, at);
      const created = await store.createGroup(
        {
          provider: caller.provider.id,
          content: groupContent(caller.provider, resource),
          members,
          now: at,
        },
        (outcome) => events.group('created', outcome),
      );
      if (created.kind === 'taken')
        throw new ScimError(409, 'A group with this displayName exists.', 'uniqueness');
      if (created.kind === 'unknown_member') throw noSuchMember(created.id);
      return answer(201, created.record, projection);
    },

    async get(
      caller: Caller,
      id: string,
      projection: Projection,
      conditions: Conditions = noConditions,
    ): Promise<Answer> {
      const record = await store.findGroup(caller.provider.id, id);
      if (!record) throw noSuchGroup(id);
      if (isKnown(conditions, record.version)) return { status: 304, etag: etagOf(record.version) };
      return answer(200, record, projection);
    },

    /** The whole group, its members too: without a list there are none (RFC 7644, section 3.5.1). */
    async replace(
      caller: Caller,
      id: string,
      body: unknown,
      conditions: Conditions,
      projection = all,
    ): Promise<Answer> {
      const { resource, members } = readGroup(body);
      const delta = { clear: true, join: members, leave: [] };
      const keep = (before: Resource) => {
        const externalId = resource['externalId'] ?? before['externalId'];
        return { ...resource, ...(externalId !== undefined && { externalId }) };
      };
      return answer(200, await change(caller, id, keep, delta, conditions, true), projection);
    },

    /** Answers 204, as 50,000 members are no answer to the change of one; the group itself where attributes were asked. */
    async patch(
      caller: Caller,
      id: string,
      body: unknown,
      conditions: Conditions,
      projection = all,
    ): Promise<Answer> {
      const operations = readOperations(body, patchPathHabits(groupType)).map((each) =>
        coreAsContainer(groupType, each),
      );
      const { members, rest, leaving } = splitGroupOperations(operations, valueHabits);
      const delta = await withLeaving(caller, id, members, leaving);
      const record = await change(
        caller,
        id,
        (before) => {
          const after = applyPatch(groupType, before, rest, valueHabits);
          requireAttributes(groupType, after);
          return after;
        },
        delta,
        conditions,
        rest.length > 0 || isMany(delta),
      );
      if (projection.only || projection.without) return answer(200, record, projection);
      return { status: 204, etag: etagOf(record.version) };
    },

    async remove(caller: Caller, id: string, conditions: Conditions): Promise<Answer> {
      const at = now();
      const events = createEvents(caller, at);
      const gone = await store.deleteGroup(
        { provider: caller.provider.id, id },
        (record) => requireMatch(conditions, record.version),
        at,
        (outcome, isGone) => events.group(isGone ? 'deleted' : 'updated', outcome),
      );
      if (!gone) throw noSuchGroup(id);
      return { status: 204 };
    },
  };
}

export type GroupService = ReturnType<typeof createGroupService>;

/** More than a single quick transaction should hold. */
function isMany(delta: MemberDelta | undefined): boolean {
  return delta !== undefined && (delta.clear || delta.join.length + delta.leave.length > 200);
}

function readGroup(body: unknown): { resource: Resource; members: ScimMember[] } {
  const flat = flatKeys(groupType, body);
  if (!isObject(flat)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  // Read as they were sent: a member without an id must be refused, and not left out.
  const sent = Object.entries(flat).find(([key]) => key.toLowerCase() === 'members')?.[1] ?? [];
  const others = Object.entries(flat).filter(([key]) => key.toLowerCase() !== 'members');
  const resource = readResource(groupType, Object.fromEntries(others), valueHabits);
  requireAttributes(groupType, resource);
  return { resource, members: readMembers(Array.isArray(sent) ? sent : [sent], valueHabits) };
}

function noSuchGroup(id: string): ScimError {
  return new ScimError(404, id.length > 100 ? 'There is no group by this id.' : `There is no group "${id}".`);
}

function noSuchMember(id: string): ScimError {
  // Not 404: that would say that there is no such group, and some clients would make it again.
  return badRequest('invalidValue', `There is no user "${id.slice(0, 100)}" that could be a member.`);
}
