import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import { ask, form } from './browser.ts';
import { type Gateway, hostileConfig, openPlace, type Place, startGateway } from './gateway.ts';

describe('a body that never ends', () => {
  let place: Place | undefined;
  let gateway: Gateway | undefined;
  const upstream = createServer((req, res) => {
    let length = 0;
    req.on('data', (chunk: Buffer) => (length += chunk.length));
    req.on('end', () => res.end(String(length)));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    place = await openPlace('SQLite');
    const { port } = upstream.address() as AddressInfo;
    const config = await hostileConfig({
      upstreams: `http://127.0.0.1:${port}`,
      policy: [{ paths: '/open', allow: 'public' }],
    });
    gateway = await startGateway({ place, config, bodyTime: 300 });
  });
  afterAll(async () => {
    await gateway?.close();
    upstream.closeAllConnections();
    upstream.close();
    await place?.close();
    removeConfigs();
  });

  /** Sends the head and a part of the body, and waits. Gives what came back until the other side closed. */
  const trickle = (path: string, type: string, head: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gateway?.origin ?? '');
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${head}\r\n\r\n`);
      // A byte now and then, so that nobody takes the connection for idle.
      const drip = setInterval(() => socket.write(head.startsWith('T') ? '1\r\nA\r\n' : 'A'), 40);
      socket.on('data', (data) => (answer += String(data)));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(drip);
        resolve(answer);
      });
      setTimeout(() => reject(new Error('nobody closed it')), 10_000).unref();
    });

  const urlencoded = 'application/x-www-form-urlencoded';
  it.each([
    ['a SAML response', '/sso/acs/okta', urlencoded],
    ['a form of ours', '/sso/login', urlencoded],
    ['a logout token', '/sso/backchannel/op', urlencoded],
    ['a form of the console', '/admin/api/users', 'application/json'],
    ['a SCIM user', '/scim/v2/Users', 'application/scim+json'],
  ])(
    '9: %s is not waited for',
    async (_what, path, type) => {
      for (const head of ['Content-Length: 900000', 'Transfer-Encoding: chunked']) {
        // Refused before, or cut off; in any case it is over.
        const answer = await trickle(path, type, head);
        expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
      }
    },
    20_000,
  );

  it('9: one that comes whole is read, and the connection lives', async () => {
    const reply = await ask(gateway?.origin ?? '', '/sso/login', form({ email: 'ann@nowhere.example' }));
    expect(reply.status).toBeLessThan(500);
    expect(reply.body).not.toBe('');
  });

  it('9: an upload to the application behind us may take its time', async () => {
    const { hostname, port } = new URL(gateway?.origin ?? '');
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.write(
        'POST /open/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n',
      );
      let sent = 0;
      const drip = setInterval(() => {
        socket.write('A');
        if ((sent += 1) === 10) clearInterval(drip);
      }, 80);
      let text = '';
      socket.on('data', (data) => (text += String(data)));
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(answer).toMatch(/\r\n\r\n10$|10\r\n/);
  });
});
