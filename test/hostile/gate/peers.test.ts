import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostileSite, type Site } from './site.ts';

let nobody: Site;
let believed: Site;
beforeAll(async () => {
  [nobody, believed] = await Promise.all([hostileSite(), hostileSite({ trustedProxies: ['127.0.0.1'] })]);
});
afterAll(() => Promise.all([nobody.close(), believed.close()]));

const publicPage = {
  'auth-request': ['X-Original-URL', 'https://catalog.example/public', 'X-Original-Method', 'GET'],
  'forward-auth': [
    'X-Forwarded-Method',
    'GET',
    'X-Forwarded-Proto',
    'https',
    'X-Forwarded-Host',
    'catalog.example',
    'X-Forwarded-Uri',
    '/public',
  ],
} as const;

describe('who describes a request', () => {
  it.each(Object.entries(publicPage))(
    '43: a peer that is no configured proxy is not believed what it says at %s',
    async (endpoint, headers) => {
      expect((await believed.verify(endpoint, headers)).status).toBe(202);
      expect((await nobody.verify(endpoint, headers)).status).toBe(401);
      // With a policy that goes by paths, somebody signed in is not let in on a stranger's word either.
      expect((await nobody.verify(endpoint, [...headers, 'Cookie', nobody.cookie])).status).toBe(403);
    },
  );

  it('43: Envoy’s check from a stranger is not believed its path', async () => {
    expect((await believed.verify('ext-authz/public', [])).status).toBe(200);
    expect((await nobody.verify('ext-authz/public', [])).status).toBe(401);
  });

  it.each([
    ['X-Forwarded-Host', 'vault.example'],
    ['X-Forwarded-Uri', '/public'],
    ['X-Original-URL', '/public'],
    ['X-Rewrite-URL', '/public'],
    ['X-Forwarded-Prefix', '/public'],
    ['X-Original-URI', '/public'],
    ['Forwarded', 'host=vault.example;proto=http;for=10.0.0.1'],
    ['X-Forwarded-Method', 'GET'],
    ['X-Forwarded-Proto', 'http'],
  ])(
    '43: %s of a stranger changes nothing at the built-in proxy, and does not reach the application',
    async (name, value) => {
      const path = '/secret/users';
      expect((await nobody.ask(path, { headers: [name, value, 'Cookie', nobody.cookie] })).status).toBe(403);
      expect((await nobody.ask('/tables', { headers: [name, value, 'Cookie', nobody.cookie] })).status).toBe(
        200,
      );
      expect(nobody.told(name)).not.toContain(value);
    },
  );

  it('43: a stranger’s X-Forwarded-For does not make its address another', async () => {
    await nobody.ask('/public', { headers: ['X-Forwarded-For', '10.9.8.7', 'X-Real-IP', '10.9.8.7'] });
    expect(nobody.told('X-Forwarded-For')).toEqual(['127.0.0.1']);
    expect(nobody.told('X-Real-IP')).toEqual(['127.0.0.1']);
  });

  it.each([
    ['two hosts', ['X-Forwarded-Host', 'catalog.example', 'X-Forwarded-Host', 'vault.example']],
    ['a list of hosts', ['X-Forwarded-Host', 'catalog.example, vault.example']],
    ['two paths', ['X-Forwarded-Uri', '/public', 'X-Forwarded-Uri', '/secret']],
    ['a list of methods', ['X-Forwarded-Method', 'GET, DELETE']],
    ['another path in X-Original-URL', ['X-Original-URL', 'https://catalog.example/secret']],
    ['another method in X-Original-Method', ['X-Original-Method', 'DELETE']],
    ['a scheme that is none', ['X-Forwarded-Proto', 'javascript']],
    ['a host with a user in it', ['X-Forwarded-Host', 'evil@catalog.example']],
    ['a host with a path in it', ['X-Forwarded-Host', 'catalog.example/public']],
  ])('43: %s from a configured proxy is contradictory, and refused', async (_what, more) => {
    const given = new Set(more.filter((_, index) => index % 2 === 0));
    const base = publicPage['forward-auth'].flatMap((name, index, all) =>
      index % 2 === 0 && !given.has(name) ? [name, all[index + 1] ?? ''] : [],
    );
    const { status } = await believed.verify('forward-auth', [...base, ...more]);
    expect(status).toBe(400);
  });

  it('43: a proxy that says nothing gets no public page, and no rule by path', async () => {
    for (const endpoint of ['auth-request', 'forward-auth']) {
      expect((await believed.verify(endpoint, [])).status).toBe(401);
      expect((await believed.verify(endpoint, ['Cookie', believed.cookie])).status).toBe(403);
    }
  });

  it('43: a stranger’s Host cannot choose a laxer rule by a port, a dot, capitals, or another name for the same host', async () => {
    for (const host of ['vault.example:8443', 'VAULT.example', 'vault.example.', 'vault.example.:443']) {
      const { text } = await nobody.raw(
        `GET /tables HTTP/1.1\r\nHost: ${host}\r\nCookie: ${nobody.cookie}\r\nConnection: close\r\n\r\n`,
      );
      expect([host, text.slice(0, 12)]).toEqual([host, 'HTTP/1.1 403']);
    }
  });
});
