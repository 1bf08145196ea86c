import type { SendPage } from '../console/page.ts';
import type { Routes } from '../console/routes.ts';
import type { AdminDeps } from '../types.ts';
import { openApiDocument } from './openapi.ts';
import { operations } from './routes.ts';

interface Documented {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: Readonly<Record<string, unknown>>;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Readonly<Record<string, unknown>> }>>;

/** A page that tells of every operation, made from the OpenAPI document. */
export function docsPage(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const server = `${deps.config.baseUrl}/admin/api`;
  const document = openApiDocument(operations, server);
  const paths = document['paths'] as Record<string, Record<string, Documented>>;
  const described = operations.map(({ id, method, path, summary, tag, change }) => {
    const { parameters = [], requestBody, responses } = paths[path]?.[method] ?? { responses: {} };
    return {
      id,
      method: method.toUpperCase(),
      path,
      summary,
      tag,
      change,
      parameters: parameters.map(({ name, in: place, required, description, schema }) => ({
        name,
        place,
        required,
        description,
        type: typeOf(schema),
      })),
      body: exampleOf(requestBody?.content),
      answer: exampleOf(responses['200']?.content),
    };
  });
  const tags = [...new Set(described.map(({ tag }) => tag))];
  routes.page('/api/docs', async (req, res, operator) => {
    send(req, res, {
      name: 'api-docs',
      title: 'API',
      section: 'api',
      operator,
      model: {
        server,
        tags: tags.map((tag) => ({ tag, operations: described.filter((each) => each.tag === tag) })),
      },
    });
  });
}

/** A schema in one word or a few. */
function typeOf(schema: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(schema['enum'])) return schema['enum'].join(' | ');
  if (Array.isArray(schema['anyOf'])) {
    return schema['anyOf'].map((each: Readonly<Record<string, unknown>>) => typeOf(each)).join(' or ');
  }
  const format = schema['format'];
  return `${String(schema['type'] ?? 'anything')}${typeof format === 'string' ? ` (${format})` : ''}`;
}

function exampleOf(content: Content | undefined): string | undefined {
  const schema = content?.['application/json']?.schema;
  return schema === undefined ? undefined : JSON.stringify(shapeOf(schema), null, 2);
}

/** The shape of a schema as JSON whose values are their types. */
function shapeOf(schema: Readonly<Record<string, unknown>>): unknown {
  const properties = schema['properties'] as Record<string, Readonly<Record<string, unknown>>> | undefined;
  if (properties !== undefined) {
    return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, shapeOf(each)]));
  }
  if (schema['type'] === 'array') return [shapeOf((schema['items'] ?? {}) as Record<string, unknown>)];
  return typeOf(schema);
}
