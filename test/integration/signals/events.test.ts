import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createApp, type App } from '../../../src/app.ts';
import { silentLog } from '../../../src/identity/index.ts';
import { commandLine } from '../../support/command-line.ts';
import { CookieBrowser, isIn } from '../../support/gateway.ts';
import { annAccount, opClient, startOp, type Op } from '../../support/op.ts';
import { freePort } from '../../support/redis.ts';
import { startTransmitter, type Transmitter } from '../../support/transmitter.ts';

const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';

describe.each(['push', 'poll'])('a stream of security events by %s, set up at the command line', (way) => {
  let line: ReturnType<typeof commandLine>;
  let transmitter: Transmitter;
  let op: Op;
  let app: App;
  let baseUrl: string;
  let browser: CookieBrowser;
  let ann: { claims: Record<string, unknown> };

  beforeAll(async () => {
    transmitter = await startTransmitter();
    const [port, opPort] = [await freePort(), await freePort()];
    baseUrl = `http://localhost:${port}`;
    line = commandLine();
    writeFileSync(
      join(line.dir, 'gateway.yaml'),
      `baseUrl: ${baseUrl}\nlisten: 127.0.0.1:${port}\nops: 127.0.0.1:0\nsecrets: 0123456789abcdef0123456789abcdef\nlogin: { maxPerMinutePerAddress: 1000 }\n`,
    );
    writeFileSync(
      join(line.dir, 'providers', 'op.yaml'),
      [
        'preset: oidc',
        `issuer: http://127.0.0.1:${opPort}`,
        'allowInsecure: true',
        'clientId: doorward',
        'clientSecret: a-client-secret-of-forty-characters-0123',
        'scopes: [openid, profile, email, offline_access]',
        'groups: { unmapped: create }',
        'recheck: { every: 1d, whenUnreachable: 2d }',
        'signals:',
        `  issuer: ${transmitter.issuer}`,
        '  secret: a-secret-of-the-push-stream',
        `  token: ${transmitter.token}`,
        ...(way === 'poll'
          ? [`  poll: { url: "${new URL('/ssf/poll', transmitter.issuer).href}", every: 1s }`]
          : []),
        '',
      ].join('\n'),
    );
    op = await startOp(`${baseUrl}/sso/callback/op`, {
      port: opPort,
      clients: [opClient],
      configuration: {
        issueRefreshToken: () => true,
        findAccount: (_context, subject) => ({
          accountId: subject,
          claims: () => ({ sub: subject, ...ann.claims }),
        }),
      },
    });
    app = await createApp(await line.config(), { log: silentLog });
    await app.start();
  });
  afterAll(async () => {
    await app.stop();
    await op.close();
    await transmitter.close();
    line.cleanUp();
  });
  beforeEach(() => {
    ann = { claims: { ...annAccount.claims } };
    browser = new CookieBrowser();
  });

  const logIn = async (): Promise<boolean> => {
    await browser.go(`${baseUrl}/sso/login/op?rd=/sso/session`);
    return isIn(browser, { baseUrl });
  };
  const subject = () => ({ format: 'iss_sub', iss: op.issuer, sub: 'sub-ann' });
  const until = async (what: string, check: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 15_000; Date.now() < end; await sleep(25)) if (await check()) return;
    throw new Error(`${what} did not come about`);
  };
  /** The event has reached us and had its effect. */
  const deliver = async (jwt: string): Promise<void> => {
    if (way === 'push') {
      const response = await transmitter.push(jwt);
      expect([response.status, await response.text()]).toEqual([202, '']);
      return;
    }
    const jti = transmitter.hold(jwt);
    await until('the acknowledgement', () => transmitter.acknowledged.includes(jti));
  };
  const received = async () => {
    const stored = await app.stores.directory.read({ type: 'signal.received', limit: 1 });
    return stored[0]?.event;
  };

  it('is not there before it is set up, and says what to do', async () => {
    const { code, err } = await line.run('signals', 'status', 'op');
    expect([code, err]).toEqual([
      1,
      'There is no stream for us yet. Set it up: doorward signals connect op\n',
    ]);
  });

  it('is set up with the address, the secret and the events, and the second time brought up to date', async () => {
    const first = await line.run('signals', 'connect', 'op');
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toContain('The stream of op is set up.');
    expect(first.out).toMatch(/status +enabled/);
    const again = await line.run('signals', 'connect', 'op', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ streamId: 'stream-1', status: 'enabled', created: false });
    expect(transmitter.streams).toHaveLength(1);
    expect(transmitter.streams[0]).toMatchObject({
      delivery:
        way === 'push'
          ? {
              method: 'urn:ietf:rfc:8935',
              endpoint_url: `${baseUrl}/sso/events/op`,
              authorization_header: 'Bearer a-secret-of-the-push-stream',
            }
          : { method: 'urn:ietf:rfc:8936' },
      events_requested: expect.arrayContaining([`${caep}session-revoked`, `${risc}account-disabled`]),
    });
  });

  it('is verified by an event that goes the whole way', async () => {
    const { code, out, err } = await line.run('signals', 'verify', 'op');
    expect([code, out, err]).toEqual([0, 'An event came back: the stream of op works.\n', '']);
    const status = await line.run('signals', 'status', 'op', '--json');
    expect(JSON.parse(status.out)).toMatchObject({ verifiedAt: expect.stringMatching(/^\d{4}-/) });
  });

  it('session-revoked ends the session of a real login', async () => {
    expect(await logIn()).toBe(true);
    await deliver(await transmitter.event(`${caep}session-revoked`, subject()));
    expect(await isIn(browser, { baseUrl })).toBe(false);
    expect(await received()).toMatchObject({
      event: 'session-revoked',
      effect: 'end',
      ended: 1,
      userName: 'ann',
    });
    expect(await logIn()).toBe(true);
  });

  it('account-disabled keeps the person out until account-enabled, or an administrator, lets them in', async () => {
    expect(await logIn()).toBe(true);
    await deliver(await transmitter.event(`${risc}account-disabled`, subject()));
    expect(await isIn(browser, { baseUrl })).toBe(false);
    expect(await logIn()).toBe(false);
    await deliver(await transmitter.event(`${risc}account-enabled`, subject()));
    expect(await logIn()).toBe(true);
    await deliver(await transmitter.event(`${risc}account-disabled`, subject()));
    expect(await logIn()).toBe(false);
    const enabled = await line.run('users', 'enable', 'ann');
    expect([enabled.code, enabled.err]).toEqual([0, '']);
    expect(await logIn()).toBe(true);
  });

  it('token-claims-change fetches what changed, and the session goes on with it', async () => {
    expect(await logIn()).toBe(true);
    ann.claims = { ...ann.claims, groups: ['stewards'] };
    await deliver(
      await transmitter.event(`${caep}token-claims-change`, subject(), { claims: { groups: '…' } }),
    );
    const session = await (await browser.ask(`${baseUrl}/sso/session`)).json();
    expect(session).toMatchObject({ user: { groups: ['stewards'] } });
    expect(await received()).toMatchObject({ effect: 'ask', ended: 0 });
  });

  it('tells the sender what it does not believe', async () => {
    const jwt = await transmitter.event(
      `${caep}session-revoked`,
      subject(),
      {},
      { aud: 'https://other.example' },
    );
    if (way === 'push') {
      const response = await transmitter.push(jwt);
      expect([response.status, await response.json()]).toEqual([
        400,
        { err: 'invalid_audience', description: expect.any(String) },
      ]);
      return;
    }
    const jti = transmitter.hold(jwt);
    await until('the complaint', () => transmitter.complaints[jti] !== undefined);
    expect(transmitter.complaints[jti]).toMatchObject({ err: 'invalid_audience' });
    expect(transmitter.acknowledged).not.toContain(jti);
  });

  it('says at the command line what the sender says', async () => {
    transmitter.fails = 403;
    const { code, err } = await line.run('signals', 'connect', 'op');
    transmitter.fails = undefined;
    expect([code, err]).toEqual([1, 'The sender answered 403 at its configuration endpoint.\n']);
    const nobody = await line.run('signals', 'connect', 'nobody');
    expect([nobody.code, nobody.err]).toEqual([1, 'There is no provider "nobody". There are: okta, op\n']);
    const none = await line.run('signals', 'status', 'okta');
    expect(none.err).toContain('has no key "signals"');
    const written = [err, nobody.err, none.err].join('');
    expect(written).not.toContain(transmitter.token);
  });

  if (way === 'poll') {
    it('fetches what waits in several rounds, and keeps for later what it could not do', async () => {
      const jtis = await Promise.all(
        Array.from({ length: 5 }, async () =>
          transmitter.hold(await transmitter.event('https://vendor.example/event/strange', subject())),
        ),
      );
      transmitter.fails = 503;
      await sleep(300);
      transmitter.fails = undefined;
      await until('all', () => jtis.every((jti) => transmitter.acknowledged.includes(jti)));
      expect(new Set(transmitter.acknowledged).size).toBe(transmitter.acknowledged.length);
      expect(transmitter.waiting.size).toBe(0);
    });
  }
});
