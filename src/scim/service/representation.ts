import type { ScimGroupRecord, ScimMember, ScimUserRecord } from '../../directory/index.ts';
import type { Resource } from '../resource.ts';
import { groupType, userType, type ResourceType } from '../schema/index.ts';
import { etagOf } from './etag.ts';

/** Builds resources from what is stored; `base` is the URL of `/scim/v2`. */
export function createRepresentation(base: string) {
  const locationOf = (type: ResourceType, id: string) => `${base}${type.endpoint}/${id}`;

  function meta(
    type: ResourceType,
    record: { id: string; createdAt: number; updatedAt: number; version: number },
  ): Resource {
    return {
      resourceType: type.name,
      created: new Date(record.createdAt).toISOString(),
      lastModified: new Date(record.updatedAt).toISOString(),
      location: locationOf(type, record.id),
      version: etagOf(record.version),
    };
  }

  return {
    locationOf,

    user(record: ScimUserRecord): Resource {
      const stored = JSON.parse(record.resource) as Resource;
      const extensions = userType.extensions.filter(({ id }) => stored[id] !== undefined).map(({ id }) => id);
      const groups = record.groups.map(({ id, displayName }) => ({
        value: id,
        $ref: locationOf(groupType, id),
        display: displayName,
        type: 'direct',
      }));
      return {
        schemas: [userType.schema.id, ...extensions],
        id: record.id,
        ...stored,
        active: record.active,
        ...(groups.length > 0 && { groups }),
        meta: meta(userType, record),
      };
    },

    /** Without `members` the group is shown as if it had none: for whoever did not ask for them. */
    group(record: ScimGroupRecord, members: readonly ScimMember[] = []): Resource {
      const shown = members.map(({ id, display }) => ({
        value: id,
        $ref: locationOf(userType, id),
        display,
        type: 'User',
      }));
      return {
        schemas: [groupType.schema.id],
        id: record.id,
        ...(JSON.parse(record.resource) as Resource),
        ...(shown.length > 0 && { members: shown }),
        meta: meta(groupType, record),
      };
    },
  };
}

export type Representation = ReturnType<typeof createRepresentation>;
