import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hostileSite, type Site } from './site.ts';

let site: Site;
let believed: Site;
beforeAll(async () => {
  [site, believed] = await Promise.all([hostileSite(), hostileSite({ trustedProxies: ['127.0.0.1'] })]);
});
afterAll(() => Promise.all([site.close(), believed.close()]));
beforeEach(() => {
  site.arrived.length = 0;
});

const overrides = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];

describe('the same rules for everything', () => {
  it.each(overrides)('45: %s: DELETE on a POST needs what DELETE needs', async (name) => {
    const headers = [name, 'DELETE', 'Cookie', site.cookie];
    expect((await site.ask('/tables/7', { method: 'POST', headers })).status).toBe(403);
    expect((await site.ask('/tables/7', { method: 'POST', headers: ['Cookie', site.cookie] })).status).toBe(
      200,
    );
    const asked = ['X-Original-URL', 'https://catalog.example/tables', 'X-Original-Method', 'POST'];
    expect(
      (await believed.verify('auth-request', [...asked, name, 'delete', 'Cookie', believed.cookie])).status,
    ).toBe(403);
  });

  it.each<[string, readonly string[]]>([
    ['two of them', ['X-HTTP-Method-Override', 'POST', 'X-Method-Override', 'DELETE']],
    ['one that comes twice', ['X-HTTP-Method', 'POST', 'X-HTTP-Method', 'DELETE']],
    ['a list', ['X-HTTP-Method-Override', 'POST, DELETE']],
    ['underscores', ['X_HTTP_METHOD_OVERRIDE', 'DELETE']],
    ['one underscore', ['X-HTTP_Method-Override', 'DELETE']],
    ['dots', ['X.Method.Override', 'DELETE']],
    ['more than anybody means', ['X-HTTP-Method-Override', Array(20).fill('POST').join()]],
  ])('45: %s: whichever the application goes by has to pass', async (_how, override) => {
    const headers = [...override, 'Cookie', site.cookie];
    expect((await site.ask('/tables/7', { method: 'POST', headers })).status).toBe(403);
    expect(site.arrived).toEqual([]);
    const described = ['X-Original-URL', 'https://catalog.example/tables', 'X-Original-Method', 'POST'];
    const asked = await believed.verify('auth-request', [
      ...described,
      ...override,
      'Cookie',
      believed.cookie,
    ]);
    expect(asked.status).toBe(403);
  });

  it.each(overrides)('45: %s: GET does not make a DELETE harmless', async (name) => {
    const headers = [name, 'GET', 'Cookie', site.cookie];
    expect((await site.ask('/tables/7', { method: 'DELETE', headers })).status).toBe(403);
    expect(site.arrived).toEqual([]);
  });

  it.each([
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'SEARCH',
    'QUERY',
  ])(
    '45: %s gets nobody in who is not signed in, and nobody to /secret who is no steward',
    async (method) => {
      expect([302, 401]).toContain((await site.ask('/tables', { method })).status);
      expect((await site.ask('/secret', { method, headers: ['Cookie', site.cookie] })).status).toBe(403);
      expect(site.arrived).toEqual([]);
    },
  );

  it('45: a preflight by CORS is no exception', async () => {
    const headers = ['Origin', 'https://evil.example', 'Access-Control-Request-Method', 'GET'];
    expect((await site.ask('/tables', { method: 'OPTIONS', headers })).status).toBe(401);
    expect(site.arrived).toEqual([]);
  });

  it.each([
    'GoogleHC/1.0',
    'ELB-HealthChecker/2.0',
    'kube-probe/1.29',
    'Amazon-Route53-Health-Check-Service',
    'Prometheus/2.0',
  ])('45: the User-Agent %s opens nothing', async (agent) => {
    for (const path of ['/tables', '/healthz', '/health', '/ping', '/metrics', '/readyz']) {
      expect((await site.ask(path, { headers: ['User-Agent', agent] })).status).toBe(401);
    }
    expect(site.arrived).toEqual([]);
  });

  it.each(['websocket', 'WebSocket', 'h2c', 'TLS/1.0', 'websocket, h2c'])(
    '45: Upgrade: %s gets nobody in who is not signed in',
    async (protocol) => {
      const { text } = await site.raw(
        `GET /tables HTTP/1.1\r\nHost: catalog.example\r\nUpgrade: ${protocol}\r\nConnection: Upgrade, HTTP2-Settings\r\n` +
          'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      );
      expect(text).toMatch(/^HTTP\/1\.1 401/);
      expect(site.arrived).toEqual([]);
    },
  );

  it('45: a WebSocket to /secret is for stewards', async () => {
    const { text } = await site.raw(
      `GET /secret HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${site.cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 403/);
    expect(site.arrived).toEqual([]);
  });

  it.each([
    ['HTTP/1.0', 'GET /tables HTTP/1.0\r\n\r\n'],
    ['no Host', 'GET /tables HTTP/1.1\r\n\r\n'],
    ['an empty Host', 'GET /tables HTTP/1.1\r\nHost:\r\n\r\n'],
    [
      'a request in absolute form',
      'GET http://catalog.example/public/../tables HTTP/1.1\r\nHost: catalog.example\r\n\r\n',
    ],
    ['CONNECT', 'CONNECT catalog.example:443 HTTP/1.1\r\nHost: catalog.example\r\n\r\n'],
  ])('45: %s opens nothing', async (_what, bytes) => {
    await site.raw(bytes);
    expect(site.arrived).toEqual([]);
  });
});

describe('what a verify endpoint may answer', () => {
  const endpoints = [
    ['auth-request', ['X-Original-URL', 'https://catalog.example/tables', 'X-Original-Method', 'GET']],
    [
      'forward-auth',
      ['X-Forwarded-Uri', '/tables', 'X-Forwarded-Host', 'catalog.example', 'X-Forwarded-Method', 'GET'],
    ],
    ['ext-authz/tables', []],
  ] as const;
  const navigating = ['Accept', 'text/html', 'Sec-Fetch-Mode', 'navigate'];

  it.each(endpoints)('45: %s is never to be kept, whatever the answer', async (endpoint, headers) => {
    for (const more of [[], ['Cookie', believed.cookie], ['Cookie', '__Host-doorward=x'], navigating]) {
      const answer = await believed.verify(endpoint, [...headers, ...more]);
      expect(answer.headers['cache-control']).toBe('no-store');
      for (const name of ['etag', 'last-modified', 'expires', 'set-cookie'])
        expect(answer.headers).not.toHaveProperty(name);
    }
  });

  it('45: auth-request never redirects, and its answers are empty: nginx could do nothing with either', async () => {
    const [endpoint, headers] = endpoints[0];
    for (const more of [navigating, [...navigating, 'Cookie', believed.cookie]]) {
      for (const url of [
        'https://catalog.example/tables',
        'https://catalog.example/secret',
        'https://catalog.example/%',
      ]) {
        const described = headers.map((value, index) => (index === 1 ? url : value));
        const answer = await believed.verify(endpoint, [...described, ...more]);
        expect([202, 401, 403]).toContain(answer.status);
        expect(answer.headers).not.toHaveProperty('location');
        expect([answer.body, answer.headers['content-length']]).toEqual(['', '0']);
      }
    }
  });

  it.each(endpoints.slice(1))(
    '45: %s redirects a browser that navigates, and nobody else',
    async (endpoint, headers) => {
      expect((await believed.verify(endpoint, [...headers, ...navigating])).status).toBe(302);
      for (const script of [
        ['Accept', 'application/json'],
        ['Accept', 'text/html', 'Sec-Fetch-Mode', 'cors'],
        ['Accept', 'text/html', 'X-Requested-With', 'XMLHttpRequest'],
        ['Accept', 'text/html', 'Upgrade', 'websocket', 'Connection', 'keep-alive'],
      ]) {
        const answer = await believed.verify(endpoint, [...headers, ...script]);
        expect(answer.status).toBe(401);
        expect(answer.headers).not.toHaveProperty('location');
      }
    },
  );
});
