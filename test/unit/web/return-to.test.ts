import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type ReturnRules, isReturnOrigin, safeReturnTo } from '../../../src/web/return-to.ts';

const rules: ReturnRules = {
  baseUrl: 'https://login.acme.example',
  prefix: '/sso',
  cookieDomain: 'acme.example',
  origins: ['https://wiki.partner.example', 'http://legacy.partner.example:8080'],
};
const strict: ReturnRules = { ...rules, cookieDomain: undefined, origins: [] };

describe('a way back that is allowed', () => {
  it.each([
    ['/', '/'],
    ['/reports/42?tab=a%2Fb&x=1#top', '/reports/42?tab=a%2Fb&x=1#top'],
    ['/käse/日本', '/k%C3%A4se/%E6%97%A5%E6%9C%AC'],
    ['/a b', '/a%20b'],
    ['/table/a%2Fb', '/table/a%2Fb'],
    ['/discount/100%25', '/discount/100%25'],
    ['/search?q=//evil.example', '/search?q=//evil.example'],
    ['/a/../b', '/b'],
    ['/sso/me', '/sso/me'],
    ['/ssologin', '/ssologin'],
    ['https://login.acme.example/x?y', '/x?y'],
    ['HTTPS://LOGIN.ACME.EXAMPLE:443/x', '/x'],
    ['https://login.acme.example', '/'],
  ])('%s leads to %s', (rd, expected) => {
    expect(safeReturnTo(rd, strict)).toBe(expected);
  });

  it.each([
    ['https://catalog.acme.example/t/1', 'https://catalog.acme.example/t/1'],
    ['https://acme.example/', 'https://acme.example/'],
    ['https://wiki.partner.example/page', 'https://wiki.partner.example/page'],
    ['http://legacy.partner.example:8080/a', 'http://legacy.partner.example:8080/a'],
  ])('%s is a page that the administrator allowed', (rd, expected) => {
    expect(safeReturnTo(rd, rules)).toBe(expected);
    expect(safeReturnTo(rd, strict)).toBeUndefined();
  });

  it('accepts a host below a plain-http base only on its own port, as on a developer’s machine', () => {
    const local = { ...rules, baseUrl: 'http://localtest.me:3000', cookieDomain: 'localtest.me' };
    expect(safeReturnTo('http://app.localtest.me:3000/x', local)).toBe('http://app.localtest.me:3000/x');
    expect(safeReturnTo('http://app.localtest.me:3001/x', local)).toBeUndefined();
  });
});

describe('a way back that is not allowed', () => {
  const hostile = [
    '',
    ' ',
    'evil',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    ' /x',
    '/x ',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2fevil.example',
    '/%2Fevil.example',
    '/%252fevil.example',
    '/%25252fevil.example',
    '/%252525252525252fevil.example',
    '/%5cevil.example',
    '/%09/evil.example',
    '/a%0d%0aSet-Cookie:x=1',
    '/a%00b',
    '/%zz',
    '/%ff',
    '/a\u0085b',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://login.acme.example/',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https:\\\\evil.example',
    'https://evil.example',
    'https://evil.example/https://login.acme.example',
    'https://login.acme.example@evil.example/',
    'https://login.acme.example:443@evil.example/',
    'https://ann:pw@login.acme.example/',
    'https://evil.example#@login.acme.example/',
    'https://evil.example\\@login.acme.example/',
    'https://login.acme.example.evil.example/',
    'https://evil-login.acme.example.evil/',
    'https://evilacme.example/',
    'https://xacme.example/',
    'https://acme.example.evil/',
    'https://acme。example/',
    'https://login。acme。example/',
    'https://ɑcme.example/',
    'https://acme.example%2eevil.example/',
    'https://acme.example%00.evil.example/',
    'https://catalog.acme.example:8443/',
    'https://catalog.acme.example./',
    'https://.acme.example/',
    'https://a..acme.example/',
    'http://catalog.acme.example/',
    'http://login.acme.example/',
    'https://wiki.partner.example:444/',
    'http://wiki.partner.example/',
    'https://wiki.partner.example@evil.example/',
    'https://[::1]/',
    'https://0x7f.1/',
    'https%3A%2F%2Fevil.example',
    '%2F%2Fevil.example',
  ];

  it.each(hostile)('%j leads nowhere', (rd) => {
    expect(safeReturnTo(rd, rules)).toBeUndefined();
  });

  it.each([
    '/sso/login',
    '/sso/login?rd=/x',
    '/sso/login/okta',
    '/SSO/Login',
    '/sso//login',
    '/sso/./login',
    '/x/../sso/login',
    '/sso/%6Cogin',
    '/sso/%256Cogin',
    '/x%2f..%2fsso%2flogin',
    '/sso/login;x=1',
    '/sso/callback/okta?code=1',
    '/sso/acs/okta',
    '/sso/logout',
    'https://catalog.acme.example/sso/logout',
  ])('%s would lead in a circle', (rd) => {
    expect(safeReturnTo(rd, rules)).toBeUndefined();
  });

  it('is anything but one string of at most 2048 characters', () => {
    for (const rd of [
      undefined,
      null,
      1,
      ['/a', '/b'],
      { a: '/b' },
      `/${'x'.repeat(2048)}`,
      `/${'ä'.repeat(2000)}`,
    ]) {
      expect(safeReturnTo(rd, rules)).toBeUndefined();
    }
  });
});

describe('whatever is asked for', () => {
  const piece = fc.constantFrom(
    '/',
    '//',
    '\\',
    '.',
    '..',
    '%2f',
    '%252f',
    '%5c',
    '%2e',
    '\t',
    '\n',
    '@',
    ':',
    '?',
    '#',
    ' ',
    ';',
    'https:',
    'http://',
    'https://',
    'javascript:',
    'login.acme.example',
    'acme.example',
    'evil.example',
    '。',
    'sso',
    'login',
    'a',
    'ä',
    '%',
  );
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `https://${pieces.join('')}`),
  );
  const allowed =
    /^https:\/\/(?:login\.acme\.example|acme\.example|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.acme\.example|wiki\.partner\.example)$|^http:\/\/legacy\.partner\.example:8080$/;

  it('the browser stays on an allowed origin', () => {
    fc.assert(
      fc.property(anything, (rd) => {
        const target = safeReturnTo(rd, rules);
        if (target === undefined) return;
        const landed = new URL(target, `${rules.baseUrl}/sso/callback/okta`);
        expect(landed.origin).toMatch(allowed);
        expect(landed.username + landed.password).toBe('');
        expect(target).toMatch(/^(?:\/(?![/\\])|https?:\/\/)[\x21-\x7e]*$/);
      }),
      { numRuns: 5000 },
    );
  });

  it('the result is its own result, so that it can be checked again on the way back', () => {
    fc.assert(
      fc.property(anything, (rd) => {
        const target = safeReturnTo(rd, rules);
        if (target !== undefined) expect(safeReturnTo(target, rules)).toBe(target);
      }),
      { numRuns: 5000 },
    );
  });

  it('a path of plain segments comes back as it was', () => {
    const segment = fc.stringMatching(/^[a-zA-Z0-9_~-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (segments) => {
        const path = `/t/${segments.join('/')}`;
        expect(safeReturnTo(path, strict)).toBe(path);
      }),
    );
  });
});

describe('the origin of a form', () => {
  it.each(['https://login.acme.example', 'https://catalog.acme.example', 'https://wiki.partner.example'])(
    '%s is one of ours',
    (origin) => expect(isReturnOrigin(origin, rules)).toBe(true),
  );
  it.each([
    'null',
    '',
    'https://evil.example',
    'http://login.acme.example',
    'https://evilacme.example',
    '/x',
  ])('%j is not', (origin) => expect(isReturnOrigin(origin, rules)).toBe(false));
});
