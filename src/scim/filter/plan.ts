import type { ScimCondition } from '../../directory/index.ts';
import type { ResourceType } from '../schema/index.ts';
import { resolvePath } from '../schema/resolve.ts';
import type { AttributePath, Comparison, Filter, FilterValue } from './ast.ts';

/** What the database answers of a filter, and what of it must be looked at resource by resource. */
export interface Plan {
  /** Every resource that satisfies the filter satisfies this. */
  readonly where: ScimCondition | undefined;
  /** What remains to be looked at; undefined when `where` is exact. */
  readonly rest: Filter | undefined;
}

/** Finds the part of a filter that indexes answer. Exact: whatever is not sure to mean the same stays in `rest`. */
export function planFilter(type: ResourceType, filter: Filter): Plan {
  switch (filter.op) {
    case 'and': {
      const [left, right] = [planFilter(type, filter.left), planFilter(type, filter.right)];
      return { where: both(left.where, right.where), rest: bothRests(left.rest, right.rest) };
    }
    case 'or': {
      const [left, right] = [planFilter(type, filter.left), planFilter(type, filter.right)];
      if (!left.where || !right.where) return { where: undefined, rest: filter };
      const where = { any: [...alternatives(left.where), ...alternatives(right.where)] };
      return { where, rest: left.rest || right.rest ? filter : undefined };
    }
    case 'not':
    case 'pr':
      return { where: undefined, rest: filter };
    case 'element':
      return planElement(type, filter);
    default: {
      const where = conditionOf(type, filter.path, filter.op, filter.value);
      return where ? { where, rest: undefined } : { where: undefined, rest: filter };
    }
  }
}

/** `emails[type eq "work" and value eq "x"]`: the address finds the few that have to be looked at. */
function planElement(type: ResourceType, filter: Extract<Filter, { op: 'element' }>): Plan {
  const values = conjuncts(filter.filter);
  const [only] = values;
  for (const each of values) {
    if (each.op !== 'eq' || each.path.attribute.toLowerCase() !== 'value') continue;
    const where = conditionOf(type, { ...filter.path, sub: 'value' }, 'eq', each.value);
    if (where) return { where, rest: values.length === 1 && only === each ? undefined : filter };
  }
  return { where: undefined, rest: filter };
}

function conjuncts(filter: Filter): Filter[] {
  return filter.op === 'and' ? [...conjuncts(filter.left), ...conjuncts(filter.right)] : [filter];
}

function conditionOf(
  type: ResourceType,
  path: AttributePath,
  op: Comparison,
  value: FilterValue,
): ScimCondition | undefined {
  const resolved = resolvePath(type, path);
  if (!resolved?.attribute || resolved.extension) return undefined;
  const name = resolved.sub ? `${resolved.attribute.name}.${resolved.sub.name}` : resolved.attribute.name;
  if (name === 'meta.lastModified') return changedOf(op, value);
  if (name === 'active' && typeof value === 'boolean' && (op === 'eq' || op === 'ne'))
    return { field: 'active', is: value === (op === 'eq') };
  if (op !== 'eq' || typeof value !== 'string' || value === '') return undefined;
  const field = fields[type.name][name];
  return field && { field, is: value };
}

type TextField = Extract<ScimCondition, { is: string }>['field'];

/** A complex attribute without a sub-attribute means its value. */
const fields: Readonly<Record<ResourceType['name'], Readonly<Record<string, TextField>>>> = {
  User: {
    id: 'id',
    externalId: 'externalId',
    userName: 'userName',
    emails: 'email',
    'emails.value': 'email',
    groups: 'group',
    'groups.value': 'group',
  },
  Group: {
    id: 'id',
    externalId: 'externalId',
    displayName: 'displayName',
    members: 'member',
    'members.value': 'member',
  },
};

const orders = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function changedOf(op: Comparison, value: FilterValue): ScimCondition | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const order = Object.hasOwn(orders, op) ? orders[op as keyof typeof orders] : undefined;
  return order === undefined || Number.isNaN(at) ? undefined : { field: 'changed', op: order, at };
}

function both(left: ScimCondition | undefined, right: ScimCondition | undefined): ScimCondition | undefined {
  return left && right ? { all: [...parts(left), ...parts(right)] } : (left ?? right);
}

/** A chain of hundreds stays one list: databases bound how deep an expression may be. */
const alternatives = (where: ScimCondition) => ('any' in where ? where.any : [where]);
const parts = (where: ScimCondition) => ('all' in where ? where.all : [where]);

function bothRests(left: Filter | undefined, right: Filter | undefined): Filter | undefined {
  return left && right ? { op: 'and', left, right } : (left ?? right);
}

/** Does the filter name this core attribute anywhere? */
export function mentions(filter: Filter | undefined, name: string): boolean {
  if (!filter) return false;
  switch (filter.op) {
    case 'and':
    case 'or':
      return mentions(filter.left, name) || mentions(filter.right, name);
    case 'not':
      return mentions(filter.filter, name);
    default:
      return filter.path.attribute.toLowerCase() === name.toLowerCase();
  }
}
