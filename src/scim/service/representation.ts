import type { ScimGroupRecord, ScimMember, ScimShownUser } from '../../directory/index.ts';
import { project, type Projection } from '../project.ts';
import type { Resource } from '../resource.ts';
import { groupType, userType, type ResourceType } from '../schema/index.ts';
import type { JsonText } from './answer.ts';
import { etagOf } from './etag.ts';

interface Dated {
  readonly id: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly version: number;
}

/**
 * Builds resources from what is stored; `base` is the URL of `/scim/v2`. Where everything is asked for, the stored JSON is
 * put into the answer as it is: a page of a hundred users need not be parsed to be written again.
 */
export function createRepresentation(base: string) {
  const locationOf = (type: ResourceType, id: string) => `${base}${type.endpoint}/${id}`;

  function meta(type: ResourceType, record: Dated): Resource {
    return {
      resourceType: type.name,
      created: new Date(record.createdAt).toISOString(),
      lastModified: new Date(record.updatedAt).toISOString(),
      location: locationOf(type, record.id),
      version: etagOf(record.version),
    };
  }

  const groupsOf = (record: ScimShownUser) =>
    record.groups.map(({ id, displayName }) => ({
      value: id,
      $ref: locationOf(groupType, id),
      display: displayName,
      type: 'direct',
    }));

  const membersOf = (members: readonly ScimMember[]) =>
    members.map(({ id, display }) => ({
      value: id,
      $ref: locationOf(userType, id),
      ...(display !== undefined && { display }),
      type: 'User',
    }));

  function user(record: ScimShownUser): Resource {
    const groups = groupsOf(record);
    return {
      schemas: [...schemasOf(userType, record.resource)],
      id: record.id,
      ...(JSON.parse(record.resource) as Resource),
      ...(groups.length > 0 && { groups }),
      meta: meta(userType, record),
    };
  }

  /** Without `members` the group is shown as if it had none: for whoever did not ask for them. */
  function group(record: ScimGroupRecord, members: readonly ScimMember[] = []): Resource {
    const shown = membersOf(members);
    return {
      schemas: [groupType.schema.id],
      id: record.id,
      ...(JSON.parse(record.resource) as Resource),
      ...(shown.length > 0 && { members: shown }),
      meta: meta(groupType, record),
    };
  }

  /** The JSON of {@link meta}; nothing in it needs to be escaped but the quotes of the version. */
  function metaText(type: ResourceType, record: Dated): string {
    const created = new Date(record.createdAt).toISOString();
    const changed =
      record.updatedAt === record.createdAt ? created : new Date(record.updatedAt).toISOString();
    return `"meta":{"resourceType":"${type.name}","created":"${created}","lastModified":"${changed}","location":"${locationOf(type, record.id)}","version":"W/\\"${record.version}\\""}`;
  }

  function spliced(
    type: ResourceType,
    record: Dated & { readonly resource: string },
    more: string,
  ): JsonText {
    const { id, resource } = record;
    const inner = resource.length > 2 ? `${resource.slice(1, -1)},` : '';
    return {
      text: `{"schemas":${schemasText(type, resource)},"id":"${id}",${inner}${more}${metaText(type, record)}}`,
    };
  }

  return {
    locationOf,
    user,
    group,

    /** A user as the projection has it. */
    userText(record: ScimShownUser, projection: Projection): JsonText {
      if (projection.only || projection.without) return toText(project(userType, user(record), projection));
      const groups = record.groups.length === 0 ? '' : `"groups":${JSON.stringify(groupsOf(record))},`;
      return spliced(userType, record, groups);
    },

    groupText(record: ScimGroupRecord, members: readonly ScimMember[], projection: Projection): JsonText {
      if (projection.only || projection.without)
        return toText(project(groupType, group(record, members), projection));
      const shown = members.length === 0 ? '' : `"members":${JSON.stringify(membersOf(members))},`;
      return spliced(groupType, record, shown);
    },
  };
}

export type Representation = ReturnType<typeof createRepresentation>;

/** URNs of the schemas in use. In JSON text an unescaped quote stands around keys and values only, so this finds keys. */
function schemasOf(type: ResourceType, resource: string): readonly string[] {
  const extensions = type.extensions.filter(({ id }) => resource.includes(`"${id}":{`));
  return [type.schema.id, ...extensions.map(({ id }) => id)];
}

function schemasText(type: ResourceType, resource: string): string {
  return `["${schemasOf(type, resource).join('","')}"]`;
}

function toText(resource: Resource): JsonText {
  return { text: JSON.stringify(resource) };
}
