import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hostileSite, type Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await hostileSite({ trustedProxies: ['127.0.0.1'] });
});
afterAll(() => site.close());
beforeEach(() => {
  site.arrived.length = 0;
});

const hidden = 'GET /secret HTTP/1.1\r\nHost: catalog.example\r\nX-Auth-Request-Groups: stewards\r\n\r\n';
const head = (path: string, ...more: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: catalog.example', `Cookie: ${site.cookie}`, ...more, '', ''].join('\r\n');

const smuggles: readonly [string, (path: string) => string][] = [
  [
    'two lengths',
    (path) => `${head(path, 'Content-Length: 0', `Content-Length: ${hidden.length}`)}${hidden}`,
  ],
  [
    'a length and chunks',
    (path) => `${head(path, 'Content-Length: 6', 'Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`,
  ],
  [
    'chunks and a length',
    (path) => `${head(path, 'Transfer-Encoding: chunked', 'Content-Length: 6')}0\r\n\r\n${hidden}`,
  ],
  [
    'chunked spelled with a tab',
    (path) => `${head(path, 'Transfer-Encoding:\tchunked', 'Content-Length: 5')}0\r\n\r\n${hidden}`,
  ],
  ['xchunked', (path) => `${head(path, 'Transfer-Encoding: xchunked')}0\r\n\r\n${hidden}`],
  ['chunked twice', (path) => `${head(path, 'Transfer-Encoding: chunked, chunked')}0\r\n\r\n${hidden}`],
  ['chunked, identity', (path) => `${head(path, 'Transfer-Encoding: chunked, identity')}0\r\n\r\n${hidden}`],
  ['a space before the colon', (path) => `${head(path, 'Transfer-Encoding : chunked')}0\r\n\r\n${hidden}`],
  [
    'a line of a header that is folded',
    (path) => `${head(path, 'X: y', ' Transfer-Encoding: chunked')}0\r\n\r\n${hidden}`,
  ],
  ['a length with a sign', (path) => `${head(path, 'Content-Length: +0')}${hidden}`],
  ['a length in hex', (path) => `${head(path, 'Content-Length: 0x10')}${hidden}`],
  ['a length with a comma', (path) => `${head(path, 'Content-Length: 0, 0')}${hidden}`],
  ['bare newlines', (path) => `${head(path, 'Content-Length: 0').replaceAll('\r\n', '\n')}${hidden}`],
  ['a chunk size with junk', (path) => `${head(path, 'Transfer-Encoding: chunked')}0x0\r\n\r\n${hidden}`],
  [
    'a chunk extension with a newline',
    (path) => `${head(path, 'Transfer-Encoding: chunked')}0;a=\nb\r\n\r\n${hidden}`,
  ],
];

describe('request smuggling', () => {
  it.each(smuggles)(
    '49: %s at the built-in proxy bring no second request to the application',
    async (_what, bytes) => {
      await site.raw(bytes('/tables'));
      expect(site.arrived.filter(({ url }) => url.startsWith('/secret'))).toEqual([]);
      for (const { rawHeaders, headers } of site.arrived) {
        expect(headers['content-length'] !== undefined && headers['transfer-encoding'] !== undefined).toBe(
          false,
        );
        expect(
          rawHeaders.filter((name) => /^(?:content-length|transfer-encoding)$/i.test(name)).length,
        ).toBeLessThan(2);
      }
    },
  );

  it.each(smuggles)(
    '49: %s at a verify endpoint end the connection, or are refused',
    async (_what, bytes) => {
      const { text, closed } = await site.raw(bytes('/sso/verify/auth-request'));
      expect(closed).toBe(true);
      expect(text.match(/^HTTP\/1\.1 /gm) ?? []).toHaveLength(1);
    },
  );

  it.each([
    ['of a known length', 'Content-Length: 5', 'hello'],
    ['in chunks', 'Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'],
    ['that never comes', 'Content-Length: 500', ''],
    ['that is announced with 100-continue', 'Expect: 100-continue\r\nContent-Length: 5', ''],
  ])(
    '49: a body %s on an auth subrequest closes the connection behind the answer',
    async (_what, header, body) => {
      const described = 'X-Original-URL: https://catalog.example/tables\r\nX-Original-Method: POST';
      const { text, closed } = await site.raw(
        `${head('/sso/verify/auth-request', described, header)}${body}GET /sso/verify/auth-request HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      expect(text).toMatch(/HTTP\/1\.1 202/);
      expect(text).toMatch(/^connection: close\r$/im);
      expect(text.match(/^HTTP\/1\.1 202/gm)).toHaveLength(1);
      expect(closed).toBe(true);
    },
  );

  it('49: requests that follow each other honestly on one connection are answered each for itself', async () => {
    const admitted = `GET /sso/verify/auth-request HTTP/1.1\r\nHost: x\r\nX-Original-URL: https://catalog.example/tables\r\nX-Original-Method: GET\r\nCookie: ${site.cookie}\r\n\r\n`;
    const nobody =
      'GET /sso/verify/auth-request HTTP/1.1\r\nHost: x\r\nX-Original-URL: https://catalog.example/tables\r\nX-Original-Method: GET\r\n\r\n';
    const { text } = await site.raw(admitted + nobody + admitted + nobody);
    expect([...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)).toEqual([
      '202',
      '401',
      '202',
      '401',
    ]);
  });

  it('49: headers larger than 16 kB, and more of them than any proxy sends, are refused', async () => {
    const huge = await site.raw(head('/tables', `X: ${'y'.repeat(70_000)}`));
    expect(huge.text).toMatch(/^HTTP\/1\.1 431/);
    expect(site.arrived).toEqual([]);
  });

  it('49: a header that comes slowly does not hold others up', async () => {
    const slow = connect(site.port, '127.0.0.1');
    slow.write('GET /sso/verify/auth-request HTTP/1.1\r\nHost: x\r\nX-Orig');
    const answer = await site.ask('/tables', { headers: ['Cookie', site.cookie] });
    slow.destroy();
    expect(answer.status).toBe(200);
  });
});
