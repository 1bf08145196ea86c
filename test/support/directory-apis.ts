import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPublicKey } from 'node:crypto';
import { jwtVerify } from 'jose';
import { samlKey } from './saml-keys.ts';

/** One request as a server saw it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a server does in place of a good answer: a status, text as it is, or silence. */
export type Trouble =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'silence';

/** The three APIs that groups are looked up at, as far as they are used, each as its vendor documents it. */
export interface DirectoryApis {
  readonly origin: string;
  readonly requests: ApiRequest[];
  readonly state: {
    /** Groups of the person, in order; answered in pages of `pageSize`. */
    groups: { id: string; name: string | null }[];
    pageSize: number;
    /** Taken one for each request to an API (not for tokens); then the server is well again. */
    troubles: Trouble[];
    /** The same for the token endpoints. */
    tokenTroubles: Trouble[];
    /** Host that next pages are said to be on. */
    nextOrigin: string | undefined;
  };
  count(path: RegExp): number;
  reset(): void;
  close(): Promise<void>;
}

export const oktaToken = '00-an-api-token-of-okta';
export const graphClient = { id: 'graph-client', secret: 'a secret of the graph client' };
export const annObjectId = 'aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb';
export const annTenant = '11111111-2222-3333-4444-555555555555';

export async function startDirectoryApis(): Promise<DirectoryApis> {
  const fresh = (): DirectoryApis['state'] => ({
    groups: [],
    pageSize: 100,
    troubles: [],
    tokenTroubles: [],
    nextOrigin: undefined,
  });
  const server = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const apis: DirectoryApis = {
    origin,
    requests: [],
    state: fresh(),
    count: (path) => apis.requests.filter((request) => path.test(request.path)).length,
    reset() {
      apis.requests.length = 0;
      Object.assign(apis.state, fresh());
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', origin);
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const request: ApiRequest = {
      method: req.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: req.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    apis.requests.push(request);
    const isToken = url.pathname.endsWith('/token');
    const trouble = (isToken ? apis.state.tokenTroubles : apis.state.troubles).shift();
    if (trouble === 'silence') return;
    if (trouble !== undefined) {
      res.writeHead(trouble.status, { 'content-type': 'application/json', ...trouble.headers });
      res.end(trouble.body ?? '{"error":{"code":"trouble"}}');
      return;
    }
    const [status, body, headers] = isToken ? await tokenAnswer(request) : apiAnswer(request);
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(JSON.stringify(body));
  }

  type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

  async function tokenAnswer({ path, body }: ApiRequest): Promise<Answer> {
    const form = new URLSearchParams(body);
    const good = (token: string): Answer => [
      200,
      { access_token: token, token_type: 'Bearer', expires_in: 3599 },
    ];
    if (path === '/google/token') {
      if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
        return [400, { error: 'unsupported_grant_type' }];
      const key = createPublicKey(samlKey('sp').certificatePem);
      const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', key, {
        audience: `${origin}/google/token`,
        issuer: 'doorward@acme.iam.gserviceaccount.example',
        subject: 'admin@acme.example',
      });
      if (protectedHeader.kid !== 'key-1') return [400, { error: 'invalid_grant' }];
      return good(`google ${String(payload['scope'])}`.replaceAll(/[^a-z.-]/g, '-'));
    }
    const client =
      form.get('client_id') === graphClient.id && form.get('client_secret') === graphClient.secret;
    if (form.get('grant_type') !== 'client_credentials' || !client) return [401, { error: 'invalid_client' }];
    if (form.get('scope') !== `${origin}/.default`) return [400, { error: 'invalid_scope' }];
    return good(`graph-app-${path.split('/')[1]}`);
  }

  function apiAnswer(request: ApiRequest): Answer {
    const { path, query, headers } = request;
    const bearer = headers.authorization ?? '';
    if (path.startsWith('/v1.0/')) return graph(request, bearer);
    if (path === '/v1/groups/-/memberships:searchTransitiveGroups') {
      if (!bearer.startsWith('Bearer google-https---www.googleapis.com-auth-cloud-identity.groups.readonly'))
        return [401, { error: { status: 'UNAUTHENTICATED' } }];
      const known =
        /^member_key_id == '((?:[^'\\]|\\.)*)' && 'cloudidentity\.googleapis\.com\/groups\.discussion_forum' in labels$/;
      if (!known.test(query.get('query') ?? '')) return [400, { error: { status: 'INVALID_ARGUMENT' } }];
      const { page, next } = pageOf(query.get('pageToken'));
      const memberships = page.map(({ id, name }) => ({
        group: `groups/${id}`,
        groupKey: { id },
        displayName: name,
        relationType: 'DIRECT',
      }));
      // As Google does: no list at all where there is nothing in it.
      return [200, { ...(memberships.length > 0 && { memberships }), ...(next && { nextPageToken: next }) }];
    }
    if (path === '/admin/directory/v1/groups') {
      if (!bearer.startsWith('Bearer google-https---www.googleapis.com-auth-admin.directory.group.readonly'))
        return [401, { error: { code: 401 } }];
      const { page, next } = pageOf(query.get('pageToken'));
      const groups = page.map(({ id, name }) => ({
        kind: 'admin#directory#group',
        id: `id-${id}`,
        email: id,
        name,
      }));
      return [
        200,
        {
          kind: 'admin#directory#groups',
          ...(groups.length > 0 && { groups }),
          ...(next && { nextPageToken: next }),
        },
      ];
    }
    if (/^\/api\/v1\/users\/[^/]+\/groups$/.test(path)) {
      if (bearer !== `SSWS ${oktaToken}`) return [401, { errorCode: 'E0000011' }];
      const { page, next } = pageOf(query.get('after'));
      const link = [`<${origin}${path}?limit=200>; rel="self"`];
      if (next) link.push(`<${apis.state.nextOrigin ?? origin}${path}?after=${next}&limit=200>; rel="next"`);
      const body = page.map(({ id, name }) => ({
        id,
        type: 'OKTA_GROUP',
        profile: { name, description: null },
      }));
      return [200, body, { link: link.join(', ') }];
    }
    return [404, { error: 'not found' }];
  }

  function graph({ path, query, headers, body }: ApiRequest, bearer: string): Answer {
    const app = bearer.startsWith('Bearer graph-app-');
    if (!app && bearer !== 'Bearer delegated-token')
      return [401, { error: { code: 'InvalidAuthenticationToken' } }];
    if (path === '/v1.0/directoryObjects/getByIds') {
      const { ids, types } = JSON.parse(body) as { ids: string[]; types: string[] };
      if (ids.length > 1000 || types[0] !== 'group') return [400, { error: { code: 'Request_BadRequest' } }];
      const value = apis.state.groups.filter(({ id }) => ids.includes(id));
      return [
        200,
        {
          value: value.map(({ id, name }) => ({
            '@odata.type': '#microsoft.graph.group',
            id,
            displayName: name,
          })),
        },
      ];
    }
    const who = app ? `users/${annObjectId}` : 'me';
    if (path !== `/v1.0/${who}/transitiveMemberOf/microsoft.graph.group`)
      return [404, { error: { code: 'Request_ResourceNotFound' } }];
    // An advanced query needs both, on every page.
    if (headers['consistencylevel'] !== 'eventual' || query.get('$count') !== 'true')
      return [400, { error: { code: 'Request_UnsupportedQuery' } }];
    const { page, next } = pageOf(query.get('$skiptoken'));
    const link = `${apis.state.nextOrigin ?? origin}${path}?$count=true&$select=id,displayName&$top=999&$skiptoken=${next ?? ''}`;
    return [
      200,
      {
        '@odata.context': `${origin}/v1.0/$metadata#groups(id,displayName)`,
        '@odata.count': apis.state.groups.length,
        ...(next !== undefined && { '@odata.nextLink': link }),
        value: page.map(({ id, name }) => ({ id, displayName: name })),
      },
    ];
  }

  function pageOf(token: string | null): {
    page: { id: string; name: string | null }[];
    next: string | undefined;
  } {
    const { groups, pageSize } = apis.state;
    const at = Number(token ?? 0);
    const next = at + pageSize < groups.length ? String(at + pageSize) : undefined;
    return { page: groups.slice(at, at + pageSize), next };
  }
  return apis;
}
