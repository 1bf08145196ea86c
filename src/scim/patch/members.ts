import type { MemberDelta, ScimMember } from '../../directory/index.ts';
import { badRequest } from '../error.ts';
import type { Filter, PatchPath } from '../filter/index.ts';
import { readElement, type ValueHabit } from '../read.ts';
import { isObject } from '../resource.ts';
import { attributeNamed, groupType } from '../schema/index.ts';
import { resolvePath } from '../schema/resolve.ts';
import type { Operation } from './operation.ts';

/** A group's PATCH, split: what is done to the members as rows, and the operations on everything else. */
export interface GroupOperations {
  readonly members: MemberDelta | undefined;
  readonly rest: readonly Operation[];
  /** Members named by a filter other than `value eq`; they are looked up first, and leave with the delta. */
  readonly leaving: readonly Filter[];
}

const membersAttribute = attributeNamed(groupType.schema.attributes, 'members');

/**
 * Folds the operations on `members` into one delta, in their order, so that the last one about somebody wins; the list of
 * members itself is never needed (RFC 7644, section 3.5.2).
 * @throws ScimError 400
 */
export function splitGroupOperations(operations: readonly Operation[], habit: ValueHabit): GroupOperations {
  const rest: Operation[] = [];
  const leaving: Filter[] = [];
  const change = createDelta();
  for (const operation of operations) {
    const { op, path, value } = operation;
    if (path && isMembers(path)) applyToMembers(change, leaving, { op, path, value }, habit);
    else if (!path && isObject(value)) {
      const others: [string, unknown][] = [];
      for (const [key, each] of Object.entries(value)) {
        if (!isMembersKey(key)) others.push([key, each]);
        else applyToMembers(change, leaving, { op, path: membersPath, value: each }, habit);
      }
      if (others.length > 0 || Object.keys(value).length === 0)
        rest.push({ ...operation, value: Object.fromEntries(others) });
    } else rest.push(operation);
  }
  return { members: change.result(), rest, leaving };
}

const membersPath: PatchPath = {
  path: { urn: undefined, attribute: 'members', sub: undefined },
  filter: undefined,
};

function isMembers({ path }: PatchPath): boolean {
  return resolvePath(groupType, { ...path, sub: undefined })?.attribute === membersAttribute;
}

function isMembersKey(key: string): boolean {
  const lower = key.toLowerCase();
  return lower === 'members' || lower === `${groupType.schema.id.toLowerCase()}:members`;
}

function applyToMembers(
  change: Delta,
  leaving: Filter[],
  { op, path, value }: { op: Operation['op']; path: PatchPath; value: unknown },
  habit: ValueHabit,
): void {
  if (path.path.sub !== undefined) {
    if (attributeNamed(membersAttribute?.subAttributes ?? [], path.path.sub) === undefined)
      throw badRequest('invalidPath', `There is no attribute "members.${path.path.sub}".`);
    throw badRequest('mutability', `"members.${path.path.sub}" cannot be changed; add or remove the member.`);
  }
  if (path.filter) return applyFiltered(change, leaving, path.filter, op, value, habit);
  if (op === 'remove') {
    // Entra's remove with a list means those only; without one, everybody (RFC 7644, section 3.5.2.2).
    if (value === undefined || value === null) change.clear();
    else for (const { id } of membersOf(value, habit)) change.leave(id);
    return;
  }
  if (op === 'replace') change.clear();
  for (const member of membersOf(value, habit)) change.join(member);
}

function applyFiltered(
  change: Delta,
  leaving: Filter[],
  filter: Filter,
  op: Operation['op'],
  value: unknown,
  habit: ValueHabit,
): void {
  const named = idsIn(filter);
  if (op === 'remove') {
    if (named) for (const id of named) change.leave(id);
    else leaving.push(filter);
    return;
  }
  const members = membersOf(value, habit);
  if (!named || members.length !== 1 || named[0] !== members[0]?.id)
    throw badRequest('mutability', 'A member cannot become another one; add and remove members.');
  for (const member of members) change.join(member);
}

/** The ids in `value eq "a"`, also several with `or`; undefined for any other filter. */
function idsIn(filter: Filter): string[] | undefined {
  if (filter.op === 'or') {
    const [left, right] = [idsIn(filter.left), idsIn(filter.right)];
    return left && right && [...left, ...right];
  }
  const isValue =
    filter.op === 'eq' && filter.path.attribute.toLowerCase() === 'value' && typeof filter.value === 'string';
  return isValue ? [String(filter.value)] : undefined;
}

function membersOf(value: unknown, habit: ValueHabit): ScimMember[] {
  return readMembers(
    Array.isArray(value) ? value : value === undefined || value === null ? [] : [value],
    habit,
  );
}

/** The most members that one request may name. */
const maxMembers = 20_000;

/** A list of members, as a client sends it: objects with a value, or bare ids. */
export function readMembers(list: readonly unknown[], habit: ValueHabit): ScimMember[] {
  if (!membersAttribute) throw new Error('the group schema has no members');
  if (list.length > maxMembers)
    throw badRequest('invalidValue', `"members" has more than ${maxMembers} elements.`);
  const attribute = membersAttribute;
  return list.flatMap((each) => {
    if (each === null || each === '') return [];
    const read = readElement(attribute, each, 'members', habit);
    const { value: id, display } = isObject(read) ? read : {};
    if (typeof id !== 'string') throw badRequest('invalidValue', 'Each member needs a "value".');
    return [{ id, display: typeof display === 'string' ? display : undefined }];
  });
}

interface Delta {
  clear(): void;
  join(member: ScimMember): void;
  leave(id: string): void;
  result(): MemberDelta | undefined;
}

function createDelta(): Delta {
  const isIn = new Map<string, ScimMember | undefined>();
  let isCleared = false;
  let isTouched = false;
  const set = (id: string, member: ScimMember | undefined) => {
    isTouched = true;
    isIn.set(id, member);
  };
  return {
    clear() {
      isTouched = true;
      isCleared = true;
      isIn.clear();
    },
    join: (member) => set(member.id, member),
    leave: (id) => set(id, undefined),
    result() {
      if (!isTouched) return undefined;
      const ids = [...isIn];
      return {
        clear: isCleared,
        join: ids.flatMap(([, member]) => member ?? []),
        leave: isCleared ? [] : ids.filter(([, member]) => !member).map(([id]) => id),
      };
    },
  };
}
