import type { ValueHabit } from '../read.ts';
import { isObject } from '../resource.ts';
import type { Attribute } from '../schema/index.ts';

/**
 * Entra sends booleans as "True" and "False" unless a flag in its URL says otherwise.
 * https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
 */
export const booleanInQuotes: ValueHabit = (attribute, value) => {
  if (attribute.type !== 'boolean' || typeof value !== 'string') return value;
  const text = value.trim().toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : value;
};

/** Entra and OneLogin write "" where the RFC has null: no value. */
export const emptyTextIsNoValue: ValueHabit = (attribute, value) =>
  value === '' && attribute.type !== 'complex' ? undefined : value;

/** Entra wraps a single value in a list: `displayName: ["X"]`, `manager: [{"$ref": …, "value": …}]`. */
export const singleInList: ValueHabit = (attribute, value) =>
  !attribute.multiValued && Array.isArray(value) && value.length <= 1 ? (value[0] as unknown) : value;

/** PingFederate and older clients send one element of a list on its own. */
export const elementWithoutList: ValueHabit = (attribute, value) =>
  attribute.multiValued && value !== undefined && value !== null && !Array.isArray(value) ? [value] : value;

/**
 * A complex value as its bare `value`: Entra's `manager: "id"`, `members: "id"`, `emails: "a@x"`. An empty one removes.
 * https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
 */
export const bareComplexValue: ValueHabit = (attribute, value) => {
  if (attribute.type !== 'complex' || attribute.multiValued || typeof value !== 'string') return value;
  if (value === '') return undefined;
  return hasValue(attribute) ? { value } : value;
};

/** Entra clears the manager by `{"value": ""}`. */
export const emptyComplexValue: ValueHabit = (attribute, value) =>
  attribute.type === 'complex' &&
  isObject(value) &&
  (value['value'] === '' || value['value'] === null) &&
  hasValue(attribute)
    ? undefined
    : value;

/** Some mappings send numbers for text, such as an employee number. */
export const numberForText: ValueHabit = (attribute, value) =>
  attribute.type === 'string' && typeof value === 'number' && Number.isFinite(value) ? String(value) : value;

function hasValue(attribute: Attribute): boolean {
  return (attribute.subAttributes ?? []).some((sub) => sub.name === 'value');
}

const all: readonly ValueHabit[] = [
  singleInList,
  elementWithoutList,
  booleanInQuotes,
  numberForText,
  emptyTextIsNoValue,
  bareComplexValue,
  emptyComplexValue,
];

/** All habits about values, one after the other; what they leave as it is meets the strict reading. */
export const valueHabits: ValueHabit = (attribute, value) =>
  all.reduce((each, habit) => habit(attribute, each), value);
