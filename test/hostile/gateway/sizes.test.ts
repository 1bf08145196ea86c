import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import { type HostileOp, opKey, startHostileOp } from '../../support/hostile-op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { samlConfig } from '../../support/saml-provider.ts';
import { ask, Browser } from './browser.ts';
import { type Gateway, hostileConfig, openPlace, type Place, startGateway } from './gateway.ts';
import { upToCallback } from './people.ts';

const many = (count: number): string[] => Array.from({ length: count }, (_, each) => `g${each}`);

describe('every input has a size', () => {
  let place: Place;
  let op: HostileOp;
  let gateway: Gateway;
  beforeAll(async () => {
    place = await openPlace('SQLite');
    op = await startHostileOp(await opKey());
    const providers = [samlConfig(), oidcConfig({ issuer: op.issuer })];
    gateway = await startGateway({ place, config: await hostileConfig(), providers });
  });
  afterAll(async () => {
    await gateway.close();
    await op.close();
    await place.close();
    removeConfigs();
  });
  const acs = '/sso/acs/okta';
  const type = { 'content-type': 'application/x-www-form-urlencoded' };

  it('9: headers of 20 kB are not read to their end', async () => {
    expect(
      (await ask(gateway.origin, '/sso/login/okta', { headers: { 'x-padding': 'x'.repeat(20_000) } })).status,
    ).toBe(431);
    expect((await ask(gateway.origin, `/sso/login/okta?rd=${'x'.repeat(20_000)}`)).status).toBe(431);
    expect(
      (await ask(gateway.origin, '/sso/session', { headers: { cookie: 'x'.repeat(20_000) } })).status,
    ).toBe(431);
  });

  it('9: the longest query that a request can have leads back to the front page, and is not kept', async () => {
    const browser = new Browser(gateway.origin);
    op.behave();
    const callback = await upToCallback(browser, `/sso/login/op?rd=%2F${'x'.repeat(12_000)}`);
    expect((await browser.ask(callback)).headers.location).toBe('/');
  });

  it('9: a body of 2 MB is refused by what it says of itself', async () => {
    const body = `SAMLResponse=${'A'.repeat(2_000_000)}`;
    const { status } = await ask(gateway.origin, acs, { method: 'POST', headers: type, body });
    expect(status).toBe(413);
  });

  it('9: a body that says nothing of its size is refused when it is too large', async () => {
    const status = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(gateway.origin);
      const socket = connect(Number(port), hostname);
      let sent = 0;
      const chunk = `10000\r\n${'A'.repeat(65_536)}\r\n`;
      const pump = (): void => {
        while (sent < 200 && socket.writable && socket.write(chunk)) sent += 1;
      };
      socket.on('connect', () => {
        socket.write(
          `POST ${acs} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type['content-type']}\r\nTransfer-Encoding: chunked\r\n\r\n`,
        );
        pump();
      });
      socket.on('drain', pump);
      socket.on('data', (data) => {
        resolve(String(data).split('\r\n')[0] ?? '');
        socket.destroy();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve('closed'));
    });
    expect(status).toMatch(/^HTTP\/1\.1 413|^closed$/);
  });

  it('9: a compressed body is not opened, so that nothing can grow in it', async () => {
    const body = gzipSync(`SAMLResponse=${'A'.repeat(1_000_000)}`);
    const headers = { ...type, 'content-encoding': 'gzip' };
    expect((await ask(gateway.origin, acs, { method: 'POST', headers, body })).status).toBe(415);
  });

  it('9: a form of ten thousand fields is refused', async () => {
    const body = many(10_000)
      .map((name) => `${name}=1`)
      .join('&');
    expect((await ask(gateway.origin, acs, { method: 'POST', headers: type, body })).status).toBe(413);
  });

  it('9: a form in another charset is refused', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-7' };
    expect((await ask(gateway.origin, acs, { method: 'POST', headers, body: 'SAMLResponse=x' })).status).toBe(
      415,
    );
  });
});
