import { ScimError } from '../error.ts';
import type { Attribute, ResourceType, Schema } from '../schema/index.ts';
import { resourceTypes, schemas } from '../schema/index.ts';
import type { Answer } from './answer.ts';
import { maxResults } from './list.ts';

export interface Limits {
  readonly bulkOperations: number;
  /** Bytes. */
  readonly bulkPayload: number;
}

/** What the server can do, and of what resources are made (RFC 7643, sections 5 to 7). `base` is the URL of `/scim/v2`. */
export function createDiscovery(base: string, limits: Limits) {
  const meta = (resourceType: string, path: string) => ({ resourceType, location: `${base}${path}` });

  const configuration = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: {
      supported: true,
      maxOperations: limits.bulkOperations,
      maxPayloadSize: limits.bulkPayload,
    },
    filter: { supported: true, maxResults },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A token made with "doorward scim token create".',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
      {
        type: 'oauth2',
        name: 'OAuth 2.0 client credentials',
        description: `Client id and secret, exchanged at ${base.replace(/\/v2$/, '/oauth/token')}.`,
        specUri: 'https://www.rfc-editor.org/info/rfc6749',
      },
    ],
    meta: meta('ServiceProviderConfig', '/ServiceProviderConfig'),
  };

  const types = resourceTypes.map((type) =>
    describeType(type, meta('ResourceType', `/ResourceTypes/${type.name}`)),
  );
  const described = schemas.map((schema) => describeSchema(schema, meta('Schema', `/Schemas/${schema.id}`)));

  const listOf = (resources: readonly object[]): Answer => ({
    status: 200,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: resources.length,
      startIndex: 1,
      itemsPerPage: resources.length,
      Resources: resources,
    },
  });
  const one = (resources: readonly (object & { id: string })[], id: string): Answer => {
    const wanted = id.toLowerCase();
    const found = resources.find((each) => each.id.toLowerCase() === wanted);
    if (!found) throw new ScimError(404, 'There is nothing by this name.');
    return { status: 200, body: found };
  };

  return {
    configuration: (): Answer => ({ status: 200, body: configuration }),
    resourceTypes: (id?: string) => (id === undefined ? listOf(types) : one(types, id)),
    schemas: (id?: string) => (id === undefined ? listOf(described) : one(described, id)),
  };
}

function describeType(type: ResourceType, meta: object) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: type.name,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ id }) => ({ schema: id, required: false })),
    meta,
  };
}

function describeSchema(schema: Schema, meta: object) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(describeAttribute),
    meta,
  };
}

/** Only what means something for the type: `caseExact` and `uniqueness` are nothing that a boolean has. */
function describeAttribute(attribute: Attribute): object {
  const { caseExact, uniqueness, subAttributes, ...rest } = attribute;
  const isText = ['string', 'reference', 'binary'].includes(attribute.type);
  return {
    ...rest,
    ...(isText && { caseExact }),
    ...(attribute.type !== 'boolean' && { uniqueness }),
    ...(subAttributes && { subAttributes: subAttributes.map(describeAttribute) }),
  };
}
