import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { proxies } from '../../../src/cli/proxy-config/index.ts';
import { testCertificates, type TestCertificates } from '../../support/certificates.ts';
import { connect } from 'node:tls';
import { listening, stopped } from '../../support/http-exchange.ts';
import { startNginx } from '../../support/nginx.ts';
import { hostileSite, rule, type Site } from './site.ts';

let site: Site;
let inner: Awaited<ReturnType<typeof listening>>;
let certificates: TestCertificates;
let nginx: Awaited<ReturnType<typeof startNginx>>;
const reached: string[] = [];

/** Two applications behind one nginx, each with the lines that the command prints for it. */
beforeAll(async () => {
  site = await hostileSite({
    trustedProxies: ['127.0.0.1'],
    policy: [rule('public', { hosts: ['open.example'] }), rule('signed-in')],
  });
  inner = await listening((req, res) => {
    reached.push(req.url ?? '');
    res.end('inner');
  });
  certificates = await testCertificates('DNS:open.example,DNS:inner.example');
  const printed = (port: number, host: string, upstream: number, first: boolean): string => {
    const [file] = proxies.nginx({
      hosts: [host],
      listen: `127.0.0.1:${port}`,
      upstream: `127.0.0.1:${upstream}`,
      gateway: `127.0.0.1:${site.port}`,
      prefix: '/sso',
      certificate: certificates.cert,
      key: certificates.key,
      headers: [],
    });
    const text = (file?.text ?? '').replaceAll('application', host.split('.', 1)[0] ?? '');
    return first ? text : text.replace(/upstream doorward \{[^}]*\}/, '').replace(/^map [^}]*\}/gm, '');
  };
  nginx = await startNginx(
    (port) =>
      printed(port, 'inner.example', inner.port, true) +
      printed(port, 'open.example', site.applicationPort, false),
  );
});
afterAll(async () => {
  await nginx?.stop();
  await Promise.all([site.close(), stopped(inner.server), certificates.remove()]);
});
beforeEach(() => {
  reached.length = 0;
  site.arrived.length = 0;
});

function ask(servername: string, head: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: nginx.port, servername, ca: certificates.caText });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => resolve(text)).on('error', () => resolve(text));
    socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  });
}

describe('a host that nginx and the gate could read differently', () => {
  it('43: is asked about as it is written', async () => {
    expect(await ask('open.example', 'GET /x HTTP/1.1\r\nHost: open.example')).toMatch(/^HTTP\/1\.1 200/);
    expect(site.arrived.map(({ url }) => url)).toEqual(['/x']);
    expect(await ask('inner.example', 'GET /x HTTP/1.1\r\nHost: inner.example')).toMatch(/^HTTP\/1\.1 401/);
  });

  it.each([
    'GET https://inner.example/x HTTP/1.1\r\nHost: open.example',
    'GET HTTPS://INNER.example:443/x HTTP/1.1\r\nHost: open.example',
    'GET https://inner.example/x HTTP/1.1\r\nHost: open.example\r\nX-Forwarded-Host: open.example',
    'GET https://inner.example/x HTTP/1.0\r\nHost: open.example',
    'GET /x HTTP/1.1\r\nHost: inner.example\r\nHost: open.example',
    'GET /x HTTP/1.1\r\nHost: open.example\r\nHost: inner.example',
    'GET //inner.example/x HTTP/1.1\r\nHost: open.example',
  ])('43: %j does not open the one application by the rule for the other', async (head) => {
    for (const servername of ['open.example', 'inner.example']) await ask(servername, head);
    expect(reached).toEqual([]);
  });
});
