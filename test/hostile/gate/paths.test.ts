import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, integer, tuple } from 'fast-check';
import { hostileSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await hostileSite({ trustedProxies: ['127.0.0.1'] });
});
afterAll(() => site.close());

/** Asks for a target as it is, byte for byte, at the built-in proxy. */
async function at(target: string, cookie = site.cookie): Promise<number> {
  const { text } = await site.raw(
    `GET ${target} HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
  );
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 400);
}

/** The same at the verify endpoint. */
const described = async (target: string): Promise<number> => {
  const url = target.startsWith('/') ? `https://catalog.example${target}` : target;
  const headers = ['X-Original-URL', url, 'X-Original-Method', 'GET', 'Cookie', site.cookie];
  return (await site.verify('auth-request', headers)).status;
};

const tricks = [
  '/secret',
  '/secret/',
  '/secret?x=/public',
  '/secret;x=1/users',
  '/secret;/users',
  '/;x/secret',
  '/.;/secret',
  '/public/..;/secret',
  '/public/..;x=1/secret',
  '/public/../secret',
  '/public/%2e%2e/secret',
  '/public/%2E%2e/secret',
  '/public/.%2e/secret',
  '/public%2f..%2fsecret',
  '/public/..%2fsecret',
  '/public%2f%2e%2e%2fsecret',
  '/public/..%5csecret',
  '/public\\..\\secret',
  '/%5csecret',
  '/\\secret',
  '//secret',
  '///secret/users',
  '/%2fsecret',
  '/%2Fsecret',
  '/./secret',
  '/%2e/secret',
  '/%73ecret',
  '/%73%65%63%72%65%74/users',
  '/SECRET',
  '/Secret/users',
  '/%53ecret',
  '/secret%00',
  '/secret%00.css',
  '/secret%0a',
  '/secret#/public',
  '/public#/../secret',
  '/secret%',
  '/secret%2',
  '/secret%zz',
  '/public/%c0%ae%c0%ae/secret',
  '/%e0%80%afsecret',
  '/%ff/../secret',
  '/secret\u00a0',
  '/secret%20/../users',
  '/public/%2e%2e%3b/secret',
  '/%2573ecret',
  '/%252573ecret/users',
  '/public/%252e%252e/secret',
  '/public%252f..%252fsecret',
  '/public/..%255csecret',
  '/public/%252e%252e%253b/secret',
  '/secret%253bx',
  '/;%255csecret',
  '/public;%252fsecret',
  '/;x=%25255c..%25255csecret',
  '/secret%3Fx',
  '/secret%23x',
  '/secret%2500.css',
  '/secret.',
  '/.../secret',
  '/.%2e%2e/secret',
  '/secret%20',
  '/%EF%BD%93ecret',
  '/%C5%BFecret',
  'http://catalog.example/secret',
  'HTTP://evil.example/secret',
  '/secret\t',
  'secret',
  '*',
];

describe('path tricks', () => {
  it.each(tricks)(
    '44: %s does not lead somebody who is no steward to /secret, at the proxy or at a verify endpoint',
    async (target) => {
      site.arrived.length = 0;
      const status = await at(target);
      expect([400, 403, 404]).toContain(status);
      expect(site.arrived).toEqual([]);
      if (/^[\x21-\x7e]+$/.test(target)) expect([400, 403]).toContain(await described(target));
    },
  );

  it.each([
    '/public/..;/tables',
    '/public/%2e%2e/tables',
    '/public%2f..%2ftables',
    '/PUBLIC/../tables',
    '/public/..%5ctables',
  ])('44: %s does not open a page to somebody who is not signed in', async (target) => {
    expect([302, 400, 401, 403]).toContain(await at(target, 'none'));
  });

  it.each(['/tables/%', '/%', '/tables/%2', '/tables/%c3', '/tables/%ed%a0%80', '/\u0000', '/tables\\x'])(
    '44: %j, which cannot be read, is never let in, not even for somebody who may see everything',
    async (target) => {
      expect(await at(target)).toBe(400);
    },
  );

  it.each([
    '/tables/a%2Fb',
    '/tables/a%20b',
    '/caf%C3%A9',
    '/a;v=1/b',
    "/it's(me)!*,@:$&+=~",
    '/a//b',
    '/tables/a%252Fb',
  ])('44: %s, which has one reading, goes through as it came', async (target) => {
    site.arrived.length = 0;
    expect(await at(target)).toBe(200);
    expect(site.arrived[0]?.url).toBe(target);
  });

  /** Applications, each with habits of its own in reading a path. */
  const readings: readonly ((path: string) => string)[] = [
    (path) => path,
    (path) => decode(path),
    (path) => path.replaceAll(/;[^/]*/g, ''),
    (path) => decode(path.replaceAll(/;[^/]*/g, '')),
    (path) => decode(path).replaceAll(/;[^/]*/g, ''),
    (path) => path.toLowerCase(),
    (path) => decode(path).replaceAll('\\', '/'),
    (path) => decode(path).toLowerCase(),
    (path) => decode(decode(path)),
    (path) => decode(decode(decode(path))).toLowerCase(),
    (path) =>
      decode(decode(path))
        .replaceAll('\\', '/')
        .replaceAll(/;[^/]*/g, ''),
    (path) => decode(path).split(/[?#]/, 1)[0] ?? '',
    (path) => decode(path).replaceAll(/[. ]+(?=\/|$)/g, ''),
  ];

  it('44: whatever is put together of such pieces, no application reads /secret in what a non-steward is let through with', async () => {
    const pieces = constantFrom(
      'secret',
      'SECRET',
      'public',
      'x',
      '..',
      '.',
      '..;',
      ';',
      ';a=1',
      '%2e%2e',
      '%2e',
      '%2f',
      '%5c',
      '\\',
      '//',
      '/',
      '/',
      '%73ecret',
      '%',
      '%00',
      '?',
      '#',
      '%3b',
      '%c0%ae',
      '%C3%A9',
      '%2573ecret',
      '%252e%252e',
      '%252f',
      '%255c',
      '%253b',
      '%3F',
      '%23',
      '%20',
    );
    let through = 0;
    await assert(
      asyncProperty(
        array(tuple(pieces, integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 7 }),
        async (parts) => {
          const target = `/${parts.map(([piece, slash]) => piece + '/'.repeat(slash)).join('')}`;
          const admission = await described(target);
          if (admission !== 202) return;
          through += 1;
          const path = target.split('?', 1)[0] ?? '';
          for (const read of readings) {
            const place = resolve(read(path));
            if (place === '/secret' || place.startsWith('/secret/'))
              throw new Error(`${target} is read as ${place}`);
          }
        },
      ),
      { numRuns: 1500 },
    );
    expect(through).toBeGreaterThan(50);
  });
});

function decode(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Slashes merged, dots resolved, case as it is. */
function resolve(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}
