import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { canonicalPath } from '../../../src/gate/index.ts';

describe('the canonical path', () => {
  it.each([
    ['/', '/'],
    ['/catalog', '/catalog'],
    ['/catalog/', '/catalog/'],
    ['/a//b', '/a/b'],
    ['//a', '/a'],
    ['///', '/'],
    ['/a/./b', '/a/b'],
    ['/a/%2e/b', '/a/b'],
    ['/a/.', '/a/'],
    ['/%61dmin', '/admin'],
    ['/admin%2fusers', '/admin/users'],
    ['/a%2F%2Fb', '/a/b'],
    ['/a;x=1/b', '/a/b'],
    ['/a%3bx', '/a%3Bx'],
    ['/Admin', '/Admin'],
    ['/a%c5%82', '/a%C5%82'],
    ['/a\u00c5\u0082', '/a%C5%82'],
    ['/a%25b', '/a%25b'],
    ['/a%252e%252e/b', '/a%252e%252e/b'],
    ['/...', '/...'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a?b=/../c', '/a'],
    ['/a?b?c', '/a'],
    ['/a%3fb', '/a%3Fb'],
    [
      '/dataset/urn:li:dataset:(urn:li:dataPlatform:hive,db.t,PROD)',
      '/dataset/urn:li:dataset:(urn:li:dataPlatform:hive,db.t,PROD)',
    ],
  ])('of %s is %s', (target, canonical) => {
    expect(canonicalPath(target)).toBe(canonical);
  });

  it.each([
    '',
    'a',
    '*',
    'https://other.example/a',
    '/a/../b',
    '/a/..',
    '/..',
    '/a/%2e%2e/b',
    '/a/%2E./b',
    '/a/..;/b',
    '/a/..;x=1/b',
    '/a/..%3b/b',
    '/a/%2e%2e%3bx/b',
    '/a/.;/b',
    '/a%2f..%2fb',
    '/a%2f%2e%2e%2fb',
    '/a/%252e%252e/b',
    '/a/%25252e./b',
    '/a%252f..%252fb',
    '/a%255c%252e%252e%255cb',
    '/a/%252e%252e%253bx/b',
    '/a/..%2fb',
    '/a\\b',
    '/a%5cb',
    '/a/..%5c/b',
    '/a#b',
    '/a?b#c',
    '/a%',
    '/a%2',
    '/a%zz',
    '/a%00',
    '/a%0d%0aX: y',
    '/a b',
    '/a\tb',
    '/a?b c',
    '/a\u0000',
    '/a%ff',
    '/a%c0%ae%c0%ae/b',
    '/a\u00ff',
    '/a\u0142',
    '/;%255csecret',
    '/public;%252fsecret',
  ])('of %j does not exist: it is refused', (target) => {
    expect(canonicalPath(target)).toBeUndefined();
  });

  const awkward = fc
    .array(
      fc.constantFrom(
        '/',
        '.',
        '..',
        ';',
        '%',
        '2e',
        '%2e',
        '%2f',
        '%5c',
        '\\',
        '#',
        '?',
        'a',
        'B',
        ' ',
        '%c5%82',
        '%00',
        '%3b',
        '~',
        '%7E',
        ':',
      ),
      { maxLength: 14 },
    )
    .map((parts) => `/${parts.join('')}`);

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(awkward, (target) => {
        const once = canonicalPath(target);
        if (once !== undefined) expect(canonicalPath(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('never holds a dot segment, an empty one, a parameter, a backslash, a control character or a malformed escape', () => {
    fc.assert(
      fc.property(awkward, (target) => {
        const path = canonicalPath(target);
        if (path === undefined) return;
        expect(path).toMatch(/^\/(?:[^/;\\#?\s]+\/)*[^/;\\#?\s]*$/);
        expect(path).not.toMatch(/%(?![0-9A-F]{2})|%5C|%2F|%0|%2E/);
        expect(path.split('/').filter((segment) => segment === '.' || segment === '..')).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on how an unreserved character is written', () => {
    const letters = fc.stringMatching(/^[A-Za-z0-9_~-]{1,8}$/);
    fc.assert(
      fc.property(letters, letters, (one, two) => {
        const escaped = [...one].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
        expect(canonicalPath(`/${escaped}/${two}`)).toBe(`/${one}/${two}`);
      }),
    );
  });

  it('is total: any text has one or is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (target) => {
        const path = canonicalPath(target);
        expect(path === undefined || path.startsWith('/')).toBe(true);
      }),
    );
  });
});
