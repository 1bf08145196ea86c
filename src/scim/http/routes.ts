import { ScimError } from '../error.ts';
import type { createBulk } from '../service/bulk.ts';
import type { Answer, Conditions } from '../service/answer.ts';
import type { createDiscovery } from '../service/discovery.ts';
import type { GroupService } from '../service/groups.ts';
import type { Lists } from '../service/list.ts';
import type { UserService } from '../service/users.ts';
import type { Caller } from '../types.ts';
import { listRequest, projectionOf, searchRequest } from './query.ts';

/** A request as the routes see it, whoever sent it: HTTP or Bulk. */
export interface ScimRequest {
  readonly method: string;
  /** Below `/scim/v2`, decoded: `['Users', '2819']`. */
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, string>;
  readonly conditions: Conditions;
  readonly body: () => Promise<unknown>;
}

/** Nothing answers to this method here. */
export class MethodNotAllowed extends ScimError {
  readonly allow: string;

  constructor(methods: readonly string[]) {
    super(405, `Only ${methods.join(', ')} can be used here.`);
    this.allow = methods.join(', ');
  }
}

export interface Services {
  readonly users: UserService;
  readonly groups: GroupService;
  readonly lists: Lists;
  readonly discovery: ReturnType<typeof createDiscovery>;
  readonly bulk: ReturnType<typeof createBulk>;
}

type Methods = Readonly<Record<string, () => Promise<Answer> | Answer>>;

/** Leads a request to its operation (RFC 7644, section 3.2). */
export function createRoutes(services: Services): (caller: Caller, request: ScimRequest) => Promise<Answer> {
  const { users, groups, lists, discovery, bulk } = services;

  return async (caller, request) => {
    const { path, query, conditions, body } = request;
    const [first = '', second, ...more] = path;
    const projection = () => projectionOf(query.get('attributes'), query.get('excludedattributes'));
    if (more.length > 0) throw nothingHere();

    switch (first) {
      case 'Users':
      case 'Groups': {
        const service = first === 'Users' ? users : groups;
        const list = first === 'Users' ? lists.users : lists.groups;
        if (second === undefined)
          return answer(request, {
            GET: () => list(caller, listRequest(query)),
            POST: async () => service.create(caller, await body(), projection()),
          });
        if (second === '.search')
          return answer(request, { POST: async () => list(caller, searchRequest(await body())) });
        return answer(request, {
          GET: () => service.get(caller, second, projection(), conditions),
          PUT: async () => service.replace(caller, second, await body(), conditions, projection()),
          PATCH: async () => service.patch(caller, second, await body(), conditions, projection()),
          DELETE: () => service.remove(caller, second, conditions),
        });
      }
      // Microsoft's reference server and its public test collection know it by this name.
      case 'serviceConfiguration':
      case 'ServiceProviderConfig':
        if (second !== undefined) throw nothingHere();
        return answer(request, { GET: discovery.configuration });
      case 'ResourceTypes':
      case 'Schemas':
        // A filter there could be taken for a way to hide schemas (RFC 7644, section 4).
        if (query.has('filter')) throw new ScimError(403, `${first} cannot be filtered.`);
        return answer(request, {
          GET: () => (first === 'Schemas' ? discovery.schemas(second) : discovery.resourceTypes(second)),
        });
      case 'Bulk':
        if (second !== undefined) throw nothingHere();
        return answer(request, { POST: async () => bulk(caller, await body()) });
      case 'Me':
        throw new ScimError(501, 'A provisioning client is nobody; /Me is not supported.');
      case '.search':
        throw new ScimError(501, 'Search below /Users or /Groups.');
      default:
        throw nothingHere();
    }
  };
}

function answer({ method }: ScimRequest, methods: Methods): Promise<Answer> | Answer {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const operation = Object.hasOwn(methods, wanted) ? methods[wanted] : undefined;
  if (!operation)
    throw new MethodNotAllowed(
      Object.keys(methods).flatMap((each) => (each === 'GET' ? [each, 'HEAD'] : each)),
    );
  return operation();
}

function nothingHere(): ScimError {
  return new ScimError(404, 'There is nothing at this path.');
}
