import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openIdpSession, type SessionRecord } from '../../../src/sessions/index.ts';
import { CookieBrowser, isIn, startGateway, testActor, type Gateway } from '../../support/gateway.ts';
import { annAccount, opClient, startOp, type Op } from '../../support/op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { freePort, startRedis, type TestRedis } from '../../support/redis.ts';

const minute = 60_000;
const hour = 60 * minute;

describe.each(['SQLite', 'Redis'])('re-checks of sign-ins, with the sessions in %s', (kind) => {
  let redis: TestRedis | undefined;
  let folder: string;
  let op: Op;
  let gateway: Gateway;
  let other: Gateway;
  let browser: CookieBrowser;
  let ann: { claims: Record<string, unknown> };
  let isGone: boolean;
  let offset = 0;

  beforeAll(async () => {
    redis = kind === 'Redis' ? await startRedis() : undefined;
    folder = mkdtempSync(join(tmpdir(), 'doorward-recheck-'));
    const port = await freePort();
    const options = {
      folder,
      ...(redis && { sessions: redis.url }),
      now: () => Date.now() + offset,
      providers: () => [
        oidcConfig({
          issuer: `http://127.0.0.1:${port}`,
          scopes: ['openid', 'profile', 'email', 'offline_access'],
          recheck: { every: 30 * minute, whenUnreachable: 8 * hour },
          admit: { emailDomains: ['acme.example'], requireGroups: [] },
        }),
      ],
      config: { session: { idle: 100 * hour, absolute: 1000 * hour, cookieDomain: undefined } },
    };
    gateway = await startGateway(options);
    // A second process of the same gateway, as far as the stores can tell; people reach it under the same name.
    other = await startGateway({ ...options, config: { ...options.config, baseUrl: gateway.baseUrl } });
    op = await startOp(`${gateway.baseUrl}/sso/callback/op`, {
      port,
      clients: [opClient],
      configuration: {
        issueRefreshToken: () => true,
        rotateRefreshToken: true,
        features: {
          devInteractions: { enabled: false },
          userinfo: { enabled: true },
          revocation: { enabled: true },
        },
        ttl: {
          Session: 1e6,
          Interaction: 1e6,
          Grant: 1e7,
          AccessToken: 1e7,
          IdToken: 1e7,
          RefreshToken: 1e7,
        },
        findAccount: (_context, subject) =>
          isGone ? undefined : { accountId: subject, claims: () => ({ sub: subject, ...ann.claims }) },
      },
    });
  });
  afterAll(async () => {
    await gateway.close();
    await other.close();
    await op.close();
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    ann = { claims: { ...annAccount.claims } };
    isGone = false;
    browser = new CookieBrowser();
    const { response } = await browser.go(`${gateway.baseUrl}/sso/login/op?rd=/sso/session`);
    expect(response.status).toBe(200);
    op.requests.length = 0;
  });
  afterEach(async () => {
    op.before = () => {};
    const [session] = await sessions();
    if (session) await gateway.app.stores.sessions.end(session.digest);
  });

  const sessions = async (): Promise<readonly SessionRecord[]> =>
    gateway.app.stores.sessions.list({ limit: 10 });
  const one = async (): Promise<SessionRecord> => {
    const [session] = await sessions();
    if (session === undefined) throw new Error('nobody is signed in');
    return session;
  };
  const tokensOf = (session: SessionRecord) =>
    openIdpSession(session.login?.idp ?? {}, gateway.config.secrets);
  const refreshes = () => op.requests.filter((path) => path === '/token').length;
  const until = async (what: string, check: () => boolean | Promise<boolean>): Promise<void> => {
    for (const end = Date.now() + 10_000; Date.now() < end; await sleep(10)) if (await check()) return;
    throw new Error(`${what} did not come about`);
  };
  /** Somebody opens a page, which is all that it takes. */
  const use = (): Promise<boolean> => isIn(browser, gateway);
  const later = (milliseconds: number): void => void (offset += milliseconds);
  /** The token endpoint does not answer before it is released. */
  const holdTokens = (): (() => void) => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    op.before = (path) => (path === '/token' ? held : undefined);
    return release;
  };
  const checked = () => until('the re-check', async () => (await one()).login?.idp.checkedAt !== undefined);

  it('asks when the time has come and somebody uses the session, not before, and stores the new token at once', async () => {
    const before = await one();
    later(26 * minute);
    expect(await use()).toBe(true);
    await sleep(50);
    expect(refreshes()).toBe(0);
    later(8 * minute);
    expect(await use()).toBe(true);
    await checked();
    expect(refreshes()).toBe(1);
    const after = await one();
    expect(tokensOf(after).refreshToken).not.toBe(tokensOf(before).refreshToken);
    expect(after.login?.idp.refreshToken).toMatch(/^v1\./);
    expect(after.absoluteExpiresAt).toBe(before.absoluteExpiresAt);
    expect(after.login?.idp.sid).toBe(before.login?.idp.sid);
    // The token of the first re-check is good for a second one.
    later(40 * minute);
    expect(await use()).toBe(true);
    await until(
      'a second re-check',
      async () => (await one()).login?.idp.checkedAt !== after.login?.idp.checkedAt,
    );
    expect(refreshes()).toBe(2);
  });

  it('brings groups and names up to date by the rules of a login, without a new login', async () => {
    ann.claims = { ...ann.claims, groups: ['stewards'], name: 'Ann Renamed' };
    later(40 * minute);
    await use();
    await checked();
    const session = await (await browser.ask(`${gateway.baseUrl}/sso/session`)).json();
    expect(session).toMatchObject({ user: { name: 'Ann Renamed', groups: ['stewards'] } });
    expect((await gateway.events('membership.added')).at(-1)).toMatchObject({
      group: 'stewards',
      source: 'login:op',
      actor: { kind: 'idp', name: 'op' },
    });
    expect(await sessions()).toHaveLength(1);
  });

  it('lets nobody wait for it', async () => {
    const release = holdTokens();
    later(40 * minute);
    for (let i = 0; i < 5; i += 1) expect(await use()).toBe(true);
    await until('the question', () => refreshes() === 1);
    expect(await use()).toBe(true);
    expect((await one()).login?.idp.checkedAt).toBeUndefined();
    release();
    await checked();
  });

  it('asks once for a session, however many requests and processes see that it is due', async () => {
    const release = holdTokens();
    later(40 * minute);
    const elsewhere = async (): Promise<number> => {
      const headers = { cookie: `doorward=${browser.cookie(gateway.baseUrl, 'doorward')}` };
      return (await fetch(`${other.app.address()}/sso/session`, { headers })).status;
    };
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? use() : elsewhere())));
    expect(all.every((each) => each === true || each === 200)).toBe(true);
    await until('the question', () => refreshes() > 0);
    await sleep(100);
    release();
    await checked();
    later(2 * minute);
    await Promise.all([use(), elsewhere()]);
    await sleep(100);
    expect(refreshes()).toBe(1);
    expect(await use()).toBe(true);
  });

  it('ends the session when the provider takes the refresh token back', async () => {
    const { refreshToken = '' } = tokensOf(await one());
    const authorization = `Basic ${Buffer.from(`${opClient.client_id}:${opClient.client_secret}`).toString('base64')}`;
    const revoked = await fetch(`${op.issuer}/token/revocation`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ token: refreshToken }),
    });
    expect(revoked.status).toBe(200);
    later(40 * minute);
    await use();
    await until('the end', async () => !(await use()));
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({
      cause: 'refresh_rejected',
      actor: { kind: 'idp', name: 'op' },
    });
  });

  it('ends the session when the person is not there any more', async () => {
    isGone = true;
    later(40 * minute);
    await use();
    await until('the end', async () => !(await use()));
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({ cause: 'refresh_rejected' });
  });

  it('ends the session when the rules of a login refuse what the provider says now', async () => {
    ann.claims = { ...ann.claims, email: 'ann@elsewhere.example' };
    later(40 * minute);
    await use();
    await until('the end', async () => !(await use()));
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({ cause: 'refresh_rejected' });
  });

  it('lets the session live while the provider is down, and ends it after the limit', async () => {
    op.before = (path) => {
      if (path === '/token') throw new Error('down');
    };
    const tries = refreshes;
    for (let hours = 0; hours < 7; hours += 1) {
      const before = tries();
      later(54 * minute);
      let minutes = 0;
      await until('an attempt', async () => {
        // The last attempt may be coming to its end still, and holds the next one back by five minutes from then.
        if ((minutes += 1) <= 6) later(minute);
        expect(await use()).toBe(true);
        return tries() > before;
      });
    }
    await sleep(50);
    expect(await use()).toBe(true);
    later(2 * hour);
    await until('the end', async () => {
      later(minute);
      return !(await use());
    });
    expect((await gateway.events('session.ended')).at(-1)).toMatchObject({
      cause: 'idp_unreachable',
      actor: { kind: 'system' },
    });
  });

  it('goes on when the provider is back', async () => {
    op.before = (path) => {
      if (path === '/token') throw new Error('down');
    };
    later(40 * minute);
    await use();
    await until('an attempt', () => refreshes() === 1);
    op.before = () => {};
    // The attempt that failed may be coming to its end still: from then on it is five minutes.
    await until('the re-check', async () => {
      later(minute);
      return (await use()) && (await one()).login?.idp.checkedAt !== undefined;
    });
  });

  it.each<[string, (session: SessionRecord) => Promise<unknown>]>([
    [
      'a sign-out',
      () =>
        browser.ask(`${gateway.baseUrl}/sso/logout`, {
          method: 'POST',
          headers: { origin: gateway.baseUrl },
        }),
    ],
    [
      'a revocation by another process',
      ({ login }) => other.app.stores.endings.endAllOf(login?.userId ?? '', 'revoked', testActor),
    ],
    ['a disable', ({ login }) => gateway.app.stores.people.disable(login?.userId ?? '', testActor)],
  ])('leaves dead what %s ended while the provider was asked', async (_what, end) => {
    const session = await one();
    const release = holdTokens();
    later(40 * minute);
    await use();
    await until('the question', () => refreshes() === 1);
    await end(session);
    expect(await gateway.app.stores.sessions.get(session.digest)).toBeUndefined();
    release();
    await sleep(150);
    expect(await gateway.app.stores.sessions.get(session.digest)).toBeUndefined();
    expect(await use()).toBe(false);
    const ended = (await gateway.events('session.ended')).filter(
      (event) => 'sessionRef' in event && event.sessionRef === session.digest.slice(0, 12),
    );
    expect(ended).toHaveLength(1);
    await gateway.app.stores.people.enable(session.login?.userId ?? '', testActor);
  });

  it('says nothing of tokens in the log', () => {
    expect(gateway.said.join('\n')).not.toMatch(/eyJ|refresh_token|v1\.[\w-]{20}/);
  });
});
