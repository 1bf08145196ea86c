import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { identityHeaderNames } from '../../../src/gate/index.ts';
import { snapshot } from '../../support/gate-world.ts';
import { startNginx } from '../../support/nginx.ts';
import { hostileSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await hostileSite();
});
afterAll(() => site.close());
beforeEach(() => {
  site.arrived.length = 0;
});

const names = [...Object.values(identityHeaderNames('x-auth-request')), 'X-Doorward-Assertion'];
const spellings: readonly [string, (name: string) => string][] = [
  ['as it is', (name) => name],
  ['in small letters', (name) => name.toLowerCase()],
  ['in capitals', (name) => name.toUpperCase()],
  ['with _ for -', (name) => name.replaceAll('-', '_')],
  ['with . for -', (name) => name.replaceAll('-', '.')],
  ['with _ and - and .', (name) => name.replace('-', '_').replace('-', '.')],
];

describe('the client’s own identity headers', () => {
  it.each(spellings)(
    '42: every one of them %s is gone, for somebody signed in and on a public page',
    async (_how, spell) => {
      const forged = names.flatMap((name) => [spell(name), 'forged']);
      for (const [path, headers] of [
        ['/tables', ['Cookie', site.cookie]],
        ['/public', []],
      ] as const) {
        expect((await site.ask(path, { headers: [...forged, ...headers] })).status).toBe(200);
        for (const name of names) {
          expect(site.told(name)).toHaveLength(1);
          expect(site.told(name)).not.toContain('forged');
        }
      }
    },
  );

  it('42: named in Connection they are gone, and ours are not taken out with them', async () => {
    const headers = [
      'Cookie',
      site.cookie,
      'X-Auth-Request-User',
      'forged',
      'Connection',
      `close, ${names.join(', ')}, Cookie, Host, Content-Length`,
    ];
    expect((await site.ask('/tables', { headers })).status).toBe(200);
    expect(site.told('X-Auth-Request-User')).toEqual([snapshot().id]);
    expect(site.told('X-Doorward-Assertion')[0]).toMatch(/^ey/);
    expect(site.arrived.at(-1)?.headers.host).toBe('catalog.example');
  });

  it('42: sent twice they are gone', async () => {
    const twice = ['X-Auth-Request-Groups', 'stewards', 'X-Auth-Request-Groups', 'admins'];
    await site.ask('/tables', { headers: [...twice, 'Cookie', site.cookie] });
    expect(site.told('X-Auth-Request-Groups')).toEqual(['a%2Cb,engineers']);
  });

  it('42: sent with a WebSocket upgrade they are gone', async () => {
    const { text } = await site.raw(
      `GET /tables HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${site.cookie}\r\nX-Auth-Request-User: forged\r\n` +
        'Upgrade: websocket\r\nConnection: Upgrade, X-Auth-Request-Email\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    expect(text).not.toBe('');
    for (const name of names) expect(site.told(name)).not.toContain('forged');
  });

  it('42: what other gateways call the same things is gone as well', async () => {
    const others = [
      'X-Forwarded-User',
      'X-Forwarded-Email',
      'X-Forwarded-Groups',
      'Remote-User',
      'X-Remote-User',
    ];
    await site.ask('/tables', {
      headers: [...others.flatMap((name) => [name, 'forged']), 'Cookie', site.cookie],
    });
    for (const name of others) expect(site.told(name)).toEqual([]);
  });

  it.each(['Bearer dw_x', 'bearer   dw_x', 'BEARER dw_x', 'Bearer\tdw_x', 'Bearer \t dw_x y'])(
    '42: a personal token stays between the client and the gateway, also one that is written %j',
    async (authorization) => {
      await site.ask('/public', { headers: ['Authorization', authorization] });
      expect(site.arrived).toHaveLength(1);
      expect(site.told('Authorization')).toEqual([]);
    },
  );

  it('42: a verify answer says every one of them, empty where there is nothing, so that a proxy that copies them leaves none', async () => {
    const described = ['X-Original-URL', 'https://catalog.example/public', 'X-Original-Method', 'GET'];
    const believed = await hostileSite({ trustedProxies: ['127.0.0.1'] });
    try {
      const { status, headers } = await believed.verify('auth-request', [
        ...described,
        'X-Auth-Request-User',
        'forged',
      ]);
      expect(status).toBe(202);
      for (const name of names) expect([name, headers[name.toLowerCase()]]).toEqual([name, '']);
    } finally {
      await believed.close();
    }
  });
});

describe('what is in a claim', () => {
  const say = async (changes: Parameters<typeof snapshot>[0]) => {
    site.setUser(snapshot().id, snapshot({ version: Math.floor(Math.random() * 1e9), ...changes }));
    const answer = await site.ask('/tables', { headers: ['Cookie', site.cookie] });
    expect(answer.status).toBe(200);
    const utf8 = (name: string): string => Buffer.from(site.told(name)[0] ?? '', 'latin1').toString('utf8');
    return { utf8, headers: site.arrived.at(-1)?.rawHeaders ?? [] };
  };
  afterAll(() => site.setUser(snapshot().id, snapshot()));

  it.each(['\r\n', '\n', '\r', '\0', '\u0085', '\u2028', '\t', '\x7f', '\x1b[31m'])(
    '46: %j in every claim makes no new header, and no 500',
    async (nasty) => {
      const evil = `a${nasty}X-Auth-Request-Role: admin${nasty}${nasty}b`;
      const { utf8, headers } = await say({ userName: evil, email: evil, displayName: evil, groups: [evil] });
      expect(site.told('X-Auth-Request-Role')).toEqual(['guest']);
      // oxlint-disable-next-line no-control-regex
      expect(headers.join('')).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]/);
      expect(decodeURIComponent(utf8('X-Auth-Request-Name'))).toBe(evil);
      expect(decodeURIComponent(utf8('X-Auth-Request-Groups'))).toBe(evil);
    },
  );

  it.each([
    'Łukasz Müller',
    'Jürgen',
    '王小明',
    '👩🏽‍💻 Ada',
    'مريم',
    ' spaces at both ends ',
    '100 %',
    '\ud800 lone surrogate',
  ])('46: %j arrives as documented: UTF-8, and percent-encoded only where it must be', async (name) => {
    const { utf8 } = await say({ displayName: name, email: undefined });
    expect(decodeURIComponent(utf8('X-Auth-Request-Name'))).toBe(name.toWellFormed());
  });

  it('47: a comma in a group’s name is not the comma between two groups', async () => {
    const groups = ['a', 'a,b', 'b', 'c%2Cd', '%2C'];
    const { utf8 } = await say({ groups });
    expect(utf8('X-Auth-Request-Groups').split(',').map(decodeURIComponent)).toEqual(groups);
  });

  it('47: of 10,000 groups as many arrive as the limit lets, whole, and the rest is counted', async () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `Gruppe ${index}, Süd`);
    const { utf8, headers } = await say({ groups });
    const told = utf8('X-Auth-Request-Groups').split(',').map(decodeURIComponent);
    expect(told).toEqual(groups.slice(0, told.length));
    expect(Number(utf8('X-Auth-Request-Groups-Truncated'))).toBe(10_000 - told.length);
    // The header, the same again in the assertion (base64 is a third longer), and what does not grow.
    const { maxGroupsBytes } = site.config.headers;
    expect(headers.join('').length).toBeLessThan(maxGroupsBytes * (1 + 4 / 3) + 1500);
  });

  it('47: one group of a megabyte is left out, not cut', async () => {
    const { utf8 } = await say({ groups: ['a', 'b'.repeat(1_000_000), 'c'] });
    expect(utf8('X-Auth-Request-Groups')).toBe('a');
    expect(utf8('X-Auth-Request-Groups-Truncated')).toBe('2');
  });

  it('47: somebody in 10,000 groups gets through a stock nginx, assertion and all', async () => {
    const behind = await hostileSite({
      trustedProxies: ['127.0.0.1'],
      headers: { set: 'x-auth-request', user: 'id', maxGroupsBytes: 1024 },
    });
    const nginx = await startNginx(
      (port) => `server { listen 127.0.0.1:${port};
        location = /verify { internal; proxy_pass http://127.0.0.1:${behind.port}/sso/verify/auth-request;
          proxy_pass_request_body off; proxy_set_header Content-Length "";
          proxy_set_header X-Original-URL https://catalog.example$request_uri;
          proxy_set_header X-Original-Method $request_method; }
        location / { auth_request /verify; auth_request_set $assertion $upstream_http_x_doorward_assertion;
          add_header Got $assertion; proxy_pass http://127.0.0.1:${behind.applicationPort}; } }`,
    );
    try {
      const groups = Array.from({ length: 10_000 }, (_, index) => `Gruppe ${String(index)}, Süd-Östlich`);
      behind.setUser(
        snapshot().id,
        snapshot({
          version: 2,
          groups,
          displayName: 'Ł'.repeat(60),
          email: `${'x'.repeat(64)}@acme.example`,
        }),
      );
      const answer = await fetch(`http://127.0.0.1:${nginx.port}/tables`, {
        headers: { cookie: behind.cookie },
      });
      expect([answer.status, await nginx.errors()]).toEqual([
        200,
        expect.not.stringContaining('too big header'),
      ]);
      expect(answer.headers.get('got')).toMatch(/^ey/);
    } finally {
      await nginx.stop();
      await behind.close();
    }
  });
});
