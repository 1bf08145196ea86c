import { z } from 'zod';
import type { Operation } from './operation.ts';
import { errorSchema } from './schemas.ts';

/** An OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.1), made from the schemas that the API itself goes by. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

export function openApiDocument(operations: readonly Operation[], server: string): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const each of operations) {
    const path = (paths[each.path] ??= {});
    path[each.method] = operationObject(each);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Doorward: administration',
      version: '1',
      description:
        'Everything that the console and the `doorward` command do. Sign in as an administrator first: requests are known by the session cookie. A change also carries the token that `GET /session` gives, in the header `X-Doorward-Token`, and needs a recent sign-in.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: server }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ session: [] }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'doorward', description: 'The session cookie.' },
        token: { type: 'apiKey', in: 'header', name: 'X-Doorward-Token' },
      },
    },
  };
}

function operationObject(operation: Operation): Record<string, unknown> {
  const { id, summary, tag, path, query, body, answer, change } = operation;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...queryParameters(query),
  ];
  const error = {
    description: 'Why not.',
    content: { 'application/json': { schema: schemaOf(errorSchema) } },
  };
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(change && { security: [{ session: [], token: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      '200': { description: 'Done.', content: { 'application/json': { schema: schemaOf(answer) } } },
      '400': error,
      '401': error,
      '403': error,
      ...(path.includes('{') && { '404': error }),
      '503': error,
    },
  };
}

function queryParameters(query: Operation['query']): readonly Record<string, unknown>[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

/** JSON Schema 2020-12, as OpenAPI 3.1 has it; whole at its place, so that a reader needs no references. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, reused: 'inline' });
  return inlined(rest, rest['$defs'] ?? {}) as Record<string, unknown>;
}

function inlined(value: unknown, defs: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(each, defs));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref: ref } = value as { $ref?: unknown };
  if (typeof ref === 'string') return inlined(defs[ref.replace('#/$defs/', '')] ?? {}, defs);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '$defs' && name !== 'id' && name !== '$schema')
      .map(([name, each]) => [name, inlined(each, defs)]),
  );
}
