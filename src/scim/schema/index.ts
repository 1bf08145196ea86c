import type { Attribute, ResourceType, Schema } from './attribute.ts';
import { commonAttributes } from './common.ts';
import { groupSchema } from './group.ts';
import { enterpriseUserSchema, userSchema } from './user.ts';

export type { Attribute, ResourceType, Schema } from './attribute.ts';
export { commonAttributes } from './common.ts';

export const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: userSchema,
  extensions: [enterpriseUserSchema],
};

export const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: groupSchema,
  extensions: [],
};

export const resourceTypes: readonly ResourceType[] = [userType, groupType];
export const schemas: readonly Schema[] = [userSchema, enterpriseUserSchema, groupSchema];

/** Names are looked up for every key of every resource: once a list, by its lower-case names. */
const byName = new WeakMap<readonly Attribute[], ReadonlyMap<string, Attribute>>();

/** The attribute of that name in the list; names are compared without case (RFC 7643, section 2.1). */
export function attributeNamed(attributes: readonly Attribute[], name: string): Attribute | undefined {
  let known = byName.get(attributes);
  if (!known) {
    known = new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
    byName.set(attributes, known);
  }
  return known.get(name.toLowerCase());
}

/** The schema of that URN in a resource type; URNs are compared without case (RFC 8141, section 3.1). */
export function schemaNamed(type: ResourceType, urn: string): Schema | undefined {
  const wanted = urn.toLowerCase();
  return [type.schema, ...type.extensions].find((schema) => schema.id.toLowerCase() === wanted);
}

const core = new WeakMap<ResourceType, readonly Attribute[]>();

/** Core and common attributes, which a name without a URN may mean. */
export function coreAttributes(type: ResourceType): readonly Attribute[] {
  let known = core.get(type);
  if (!known) {
    known = [...commonAttributes, ...type.schema.attributes];
    core.set(type, known);
  }
  return known;
}
