import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { safeReturnTo } from '../../../src/web/return-to.ts';
import { hostileSite, type Site } from './site.ts';

const rules = {
  baseUrl: 'https://catalog.example',
  prefix: '/sso',
  cookieDomain: undefined,
  origins: ['https://wiki.example'],
};

const tricks = [
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  '/\tevil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '\u0000//evil.example',
  ' //evil.example',
  '/ /evil.example\u0000',
  'https:evil.example',
  'https:/evil.example',
  'https:///evil.example',
  'https://evil.example',
  'http://catalog.example@evil.example',
  'https://catalog.example@evil.example/',
  'https://catalog.example:443@evil.example/',
  'https://catalog.example%40evil.example/',
  'https://user:pw@catalog.example/',
  'https://catalog.example.evil.example/',
  'https://evil-catalog.example/',
  'https://catalogxexample/',
  'https://catalog.example\\@evil.example/',
  'https://evil.example\\.catalog.example/',
  'https://evil.example#@catalog.example',
  'https://evil.example?catalog.example',
  'https://catalog。example/',
  'https://catalog.example.。evil.example',
  'https://wiki。example',
  'https://ＷＩＫＩ.example',
  'https://wiki.example:8443/',
  'http://wiki.example/',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://catalog.example/x',
  '/%2f/evil.example',
  '/%2fevil.example',
  '/%5cevil.example',
  '/%09/evil.example',
  '/%0d%0aLocation:%20https://evil.example',
  '/%252fevil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  '/;@evil.example/..//evil.example',
  '/sso/logout',
  '/sso/login',
  '/SSO/Login',
  '/%73so/login',
  '/sso/./login/okta',
  '/x/../sso/logout',
];

/** Where a browser at our own address would end up; the WHATWG parser is what browsers have. */
function landsAt(target: string): string {
  return new URL(target, 'https://catalog.example/sso/callback/okta').origin;
}

describe('redirect targets', () => {
  it.each(tricks)('48: %j leads to no other site, nor in a circle', (rd) => {
    const target = safeReturnTo(rd, rules);
    if (target === undefined) return;
    expect(['https://catalog.example', 'https://wiki.example']).toContain(landsAt(target));
    // Also for something in between that decodes once more, or that takes a backslash for a slash.
    const again = target.replaceAll(/%(?:25)*(2f|5c)/gi, '/').replaceAll('\\', '/');
    expect(['https://catalog.example', 'https://wiki.example']).toContain(landsAt(again));
    expect(new URL(target, 'https://catalog.example').pathname).not.toMatch(/^\/sso\/(?:login|logout)/i);
  });

  it('48: of all these hardly any is taken', () => {
    const taken = tricks.filter((rd) => safeReturnTo(rd, rules) !== undefined);
    expect(taken.length).toBeLessThan(tricks.length / 6);
  });
});

describe('addresses that the gate gives', () => {
  let site: Site;
  beforeAll(async () => {
    site = await hostileSite({ trustedProxies: ['127.0.0.1'] });
  });
  afterAll(() => site.close());

  it.each([
    'evil.example',
    'catalog.example@evil.example',
    'catalog.example:80@evil',
    'evil.example:443',
    '"><script>',
    '[::1]',
  ])('48: Host: %s never becomes part of the address of the login', async (host) => {
    const { text } = await site.raw(
      `GET /tables HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nSec-Fetch-Mode: navigate\r\nConnection: close\r\n\r\n`,
    );
    const location = /^location: (.*)$/im.exec(text)?.[1]?.trim();
    if (location !== undefined) expect(new URL(location).origin).toBe('https://catalog.example');
    else expect(text).toMatch(/^HTTP\/1\.1 400/);
  });

  it.each([
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Port',
    'Forwarded',
    'X-Host',
    'X-Forwarded-Server',
  ])('48: %s never becomes part of the address of the login', async (name) => {
    const headers = [name, 'evil.example', 'Accept', 'text/html', 'Sec-Fetch-Mode', 'navigate'];
    const { status, headers: said } = await site.ask('/tables', { headers });
    if (status === 302) expect(new URL(String(said.location)).origin).toBe('https://catalog.example');
    else expect(status).toBe(400);
  });

  it.each([
    '/tables?x=%0d%0aSet-Cookie:%20a=b',
    '/t%22%3E%3Cscript%3E',
    '/tables?rd=https://evil.example',
    '/caf%C3%A9?x=%C3%A9',
  ])('48: the way back to %j is carried whole and breaks out of nothing', async (target) => {
    const { text } = await site.raw(
      `GET ${target} HTTP/1.1\r\nHost: catalog.example\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
    );
    expect(text).not.toMatch(/^set-cookie/im);
    const location = new URL(/^location: (.*)$/im.exec(text)?.[1]?.trim() ?? 'x:');
    expect([...location.searchParams.keys()]).toEqual(['rd']);
    const latin1 = Buffer.from(target, 'latin1');
    expect(location.searchParams.get('rd')).toBe(latin1.toString('utf8').toWellFormed());
  });
});
