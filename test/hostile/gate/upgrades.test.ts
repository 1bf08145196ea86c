import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { hostileSite, type Site } from './site.ts';

/** An application that answers each connection with these bytes, once a request's head has come, and keeps what it was sent. */
async function rawApplication(answer: string) {
  const got: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    const at = got.push('') - 1;
    let answered = false;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      got[at] += chunk.toString('latin1');
      if (answered || !got[at]?.includes('\r\n\r\n')) return;
      answered = true;
      socket.write(answer, 'latin1');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    got,
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function siteBefore(answer: string): Promise<{ site: Site; got: string[] }> {
  const application = await rawApplication(answer);
  const url = `http://127.0.0.1:${application.port}`;
  const site = await hostileSite({ upstreams: [{ host: undefined, path: '/', url }] });
  cleanups.push(application.close, () => site.close());
  return { site, got: application.got };
}

const upgrade = (site: Site, ...more: string[]): string =>
  [
    'GET /tables HTTP/1.1',
    'Host: catalog.example',
    `Cookie: ${site.cookie}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...more,
    '',
    '',
  ].join('\r\n');
const hidden = 'GET /secret HTTP/1.1\r\nHost: catalog.example\r\nX-Auth-Request-Groups: stewards\r\n\r\n';

describe('an upgrade', () => {
  it.each([
    ['with 426', 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n'],
    ['with 200, as if nobody had asked', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
    [
      'with 400 and a connection that stays',
      'HTTP/1.1 400 No\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n',
    ],
    ['with a stream of unknown length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'],
  ])('49: that the application answers %s opens no way past the gate', async (_how, answer) => {
    const { site, got } = await siteBefore(answer);
    const { text } = await site.raw(upgrade(site) + hidden + hidden);
    expect(text).toMatch(/^HTTP\/1\.1 \d{3}/);
    expect(text).not.toMatch(/^HTTP\/1\.1 101/);
    expect(got.join('')).not.toContain('/secret');
    expect(got).toHaveLength(1);
  });

  it.each([
    ['a length', 'Content-Length: 5'],
    ['the length of a request', `Content-Length: ${hidden.length}`],
    ['chunks', 'Transfer-Encoding: chunked'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
  ])('49: with %s and a refusal hides no request behind it', async (_what, header) => {
    const { site, got } = await siteBefore('HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n');
    await site.raw(`${upgrade(site, header)}0\r\n\r\n${hidden}`);
    expect(got.join('')).not.toContain('/secret');
  });

  it('42: that is accepted sets no cookie of the gateway, and those of the application go through', async () => {
    const { site } = await siteBefore(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Set-Cookie: __Host-doorward=mine; Path=/; Secure\r\nSet-Cookie: theme=dark\r\nSet-Cookie: __Host-doorward-host=mine\r\n\r\n',
    );
    const { text } = await site.raw(upgrade(site));
    expect(text).toMatch(/^HTTP\/1\.1 101/);
    expect(text.match(/^set-cookie: .*$/gim)).toEqual(['set-cookie: theme=dark']);
  });

  it('42: that is refused sets no cookie of the gateway either', async () => {
    const { site } = await siteBefore(
      'HTTP/1.1 403 No\r\nSet-Cookie: __Host-doorward=mine\r\nSet-Cookie: theme=dark\r\nContent-Length: 0\r\n\r\n',
    );
    const { text } = await site.raw(upgrade(site));
    expect(text.match(/^set-cookie: .*$/gim)).toEqual(['set-cookie: theme=dark']);
  });

  it.each(['websocket, h2c', 'h2c', 'WEBSOCKET/13', 'tls/1.2', 'connect-ip'])(
    '45: to %s is no upgrade: an ordinary request without it',
    async (protocol) => {
      const { site, got } = await siteBefore('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      await site.raw(upgrade(site).replace('Upgrade: websocket', `Upgrade: ${protocol}`) + hidden);
      expect(got.join('')).not.toMatch(/^upgrade:/im);
      expect(got.join('')).not.toContain('/secret');
    },
  );
});

describe('trailers', () => {
  it('42: of a request reach no application, as headers or otherwise', async () => {
    const { site, got } = await siteBefore('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await site.raw(
      `POST /tables HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${site.cookie}\r\nTE: trailers\r\nTrailer: X-Auth-Request-Groups\r\n` +
        'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Auth-Request-Groups: stewards\r\nCookie: a=b\r\n\r\n',
    );
    const [text = ''] = got;
    expect(text).toMatch(/^POST \/tables /);
    expect(text).not.toContain('stewards');
    expect(text).not.toMatch(/^trailer:/im);
    expect(text.endsWith('2\r\nok\r\n0\r\n\r\n')).toBe(true);
  });

  it('42: of an answer reach no client', async () => {
    const { site } = await siteBefore(
      'HTTP/1.1 200 OK\r\nTrailer: Set-Cookie\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nSet-Cookie: __Host-doorward=mine\r\n\r\n',
    );
    const { text } = await site.raw(
      `GET /tables HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${site.cookie}\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(text).not.toMatch(/__Host-doorward=mine/);
  });
});

describe('an answer of the application', () => {
  it.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 60\r\n\r\nok'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
    ['no HTTP', 'hello\r\n\r\n'],
    [
      'a header with a newline',
      'HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: __Host-doorward=mine\r\nContent-Length: 2\r\n\r\nok',
    ],
    [
      'a second answer behind it',
      `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    ],
    ['a status of its own', 'HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok'],
  ])('49: with %s reaches nobody as two, and takes nothing down', async (_what, answer) => {
    const { site } = await siteBefore(answer);
    const get = `GET /tables HTTP/1.1\r\nHost: catalog.example\r\nCookie: ${site.cookie}\r\n\r\n`;
    const { text } = await site.raw(get);
    expect(text.match(/^HTTP\/1\.1 /gm)?.length ?? 0).toBeLessThan(2);
    expect(text).not.toContain('evil');
    expect(text).not.toMatch(/__Host-doorward=mine/);
    expect((await site.verify('auth-request', [])).status).toBe(401);
  });
});
