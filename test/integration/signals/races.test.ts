import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionEndCause } from '../../../src/audit/index.ts';
import type { SessionRecord } from '../../../src/sessions/index.ts';
import { CookieBrowser, isIn, startGateway, testActor, type Gateway } from '../../support/gateway.ts';
import { annAccount, opClient, startOp, type Op } from '../../support/op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { freePort, startRedis, type TestRedis } from '../../support/redis.ts';
import { startTransmitter, type Transmitter } from '../../support/transmitter.ts';

const minute = 60_000;
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';

/** One road to the end of a session, and what it means for a login of the person that is under way at that moment. */
interface Road {
  readonly name: string;
  readonly cause: SessionEndCause;
  /** `dies`: what the road says covers that login as well. `lives`: it ends this session only, or those of that moment. */
  readonly loginUnderWay: 'dies' | 'lives';
  take(world: World): Promise<unknown>;
}

/** What the library does when somebody signs out at it; its types leave it out. */
interface BackChannel {
  backchannelLogout(sub: string, sid: string): Promise<void>;
}

interface World {
  readonly gateway: Gateway;
  readonly other: Gateway;
  readonly op: Op;
  readonly transmitter: Transmitter;
  readonly browser: CookieBrowser;
  readonly session: SessionRecord;
  readonly userId: string;
}

const push = async (type: string, { transmitter, op }: World): Promise<void> => {
  const jwt = await transmitter.event(type, { format: 'iss_sub', iss: op.issuer, sub: 'sub-ann' });
  expect((await transmitter.push(jwt)).status).toBe(202);
};

const roads: readonly Road[] = [
  {
    name: 'a sign-out',
    cause: 'logout',
    loginUnderWay: 'lives',
    take: ({ browser, gateway: { baseUrl } }) =>
      browser.ask(`${baseUrl}/sso/logout`, { method: 'POST', headers: { origin: baseUrl } }),
  },
  {
    name: '“sign out there” in another browser',
    cause: 'revoked',
    loginUnderWay: 'lives',
    async take({ gateway, session }) {
      const { baseUrl } = gateway;
      const here = new CookieBrowser();
      await here.go(`${baseUrl}/sso/login/op?rd=/sso/me`);
      const page = await (await here.ask(`${baseUrl}/sso/me`)).text();
      const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
      const response = await here.ask(`${baseUrl}/sso/me/sessions`, {
        method: 'POST',
        headers: { origin: baseUrl },
        body: new URLSearchParams({ token, session: session.digest.slice(0, 12) }),
      });
      expect(response.status).toBe(303);
      await here.ask(`${baseUrl}/sso/logout`, { method: 'POST', headers: { origin: baseUrl } });
    },
  },
  {
    name: 'a revocation by another process',
    cause: 'revoked',
    loginUnderWay: 'lives',
    take: ({ other, userId }) => other.app.stores.endings.endAllOf(userId, 'revoked', testActor),
  },
  {
    name: 'a disable by another process',
    cause: 'disabled',
    loginUnderWay: 'dies',
    take: ({ other, userId }) =>
      other.app.stores.people.disable(userId, testActor, undefined, { evenLast: true }),
  },
  {
    name: 'an erasure by another process',
    cause: 'erased',
    // Nobody who was erased is known any more: whoever comes from the identity provider is somebody new.
    loginUnderWay: 'lives',
    take: ({ other, userId }) => other.app.stores.people.erase(userId, testActor, { evenLast: true }),
  },
  {
    name: 'a back-channel logout by sid',
    cause: 'idp_logout',
    loginUnderWay: 'lives',
    async take({ op, session }) {
      const client = await op.provider.Client.find('doorward');
      await (client as unknown as BackChannel).backchannelLogout('sub-ann', session.login?.idp.sid ?? '');
    },
  },
  {
    name: 'a front-channel logout',
    cause: 'idp_logout',
    loginUnderWay: 'lives',
    take: ({ gateway, op, session }) =>
      fetch(
        `${gateway.baseUrl}/sso/frontchannel/op?${new URLSearchParams({ iss: op.issuer, sid: session.login?.idp.sid ?? '' }).toString()}`,
      ),
  },
  {
    name: 'the event session-revoked',
    cause: 'idp_event',
    loginUnderWay: 'dies',
    take: (world) => push(`${caep}session-revoked`, world),
  },
  {
    name: 'the event account-disabled',
    cause: 'idp_event',
    loginUnderWay: 'dies',
    take: (world) => push(`${risc}account-disabled`, world),
  },
];

describe.each(['SQLite', 'Redis'])(
  'endings among logins, re-checks and requests, with the sessions in %s',
  (kind) => {
    let redis: TestRedis | undefined;
    let folder: string;
    let op: Op;
    let transmitter: Transmitter;
    let gateway: Gateway;
    let other: Gateway;
    let offset = 0;
    /** While set, what the token endpoint answered is kept back: the tokens are made, and have not arrived. */
    let held: { readonly arrived: (isRefresh: boolean) => void; readonly release: Promise<void> } | undefined;

    beforeAll(async () => {
      redis = kind === 'Redis' ? await startRedis() : undefined;
      folder = mkdtempSync(join(tmpdir(), 'doorward-races-'));
      transmitter = await startTransmitter();
      const port = await freePort();
      const issuer = `http://127.0.0.1:${port}`;
      const holding: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        if (held !== undefined && String(input) === `${issuer}/token`) {
          held.arrived(String(init?.body).includes('grant_type=refresh_token'));
          await held.release;
        }
        return response;
      };
      const options = {
        folder,
        fetch: holding,
        now: () => Date.now() + offset,
        ...(redis && { sessions: redis.url }),
        providers: () => [
          oidcConfig({
            issuer,
            scopes: ['openid', 'profile', 'email', 'offline_access'],
            recheck: { every: 30 * minute, whenUnreachable: 8 * 60 * minute },
            signals: {
              issuer: transmitter.issuer,
              jwksUrl: undefined,
              audience: ['doorward'],
              secret: undefined,
              token: undefined,
              poll: undefined,
            },
          }),
        ],
        config: { session: { idle: 1e9, absolute: 1e10, cookieDomain: undefined } },
      };
      gateway = await startGateway(options);
      other = await startGateway({ ...options, config: { ...options.config, baseUrl: gateway.baseUrl } });
      transmitter.streams.push({
        aud: 'doorward',
        delivery: { endpoint_url: `${gateway.baseUrl}/sso/events/op` },
      });
      op = await startOp(`${gateway.baseUrl}/sso/callback/op`, {
        port,
        accounts: { 'sub-ann': annAccount },
        clients: [
          {
            ...opClient,
            backchannel_logout_uri: `${gateway.baseUrl}/sso/backchannel/op`,
            backchannel_logout_session_required: true,
          },
        ],
        configuration: {
          issueRefreshToken: () => true,
          features: {
            devInteractions: { enabled: false },
            userinfo: { enabled: true },
            backchannelLogout: { enabled: true },
          },
          ttl: {
            Session: 1e6,
            Interaction: 1e6,
            Grant: 1e7,
            AccessToken: 1e7,
            IdToken: 1e7,
            RefreshToken: 1e7,
          },
        },
      });
    });
    afterAll(async () => {
      await gateway.close();
      await other.close();
      await op.close();
      await transmitter.close();
      await redis?.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      for (const { digest } of await gateway.app.stores.sessions.list({ limit: 100 })) {
        await gateway.app.stores.sessions.end(digest);
      }
      for (const user of await gateway.app.stores.directory.listUsers({ limit: 10 })) {
        await gateway.app.stores.people.enable(user.id, testActor);
      }
    });

    /** Lets nothing through from the token endpoint until released; `waiting` counts what has come so far. */
    const holdTokens = () => {
      let release = (): void => {};
      const waiting = { logins: 0, refreshes: 0 };
      held = {
        arrived: (isRefresh) => void (isRefresh ? (waiting.refreshes += 1) : (waiting.logins += 1)),
        release: new Promise((resolve) => (release = resolve)),
      };
      return {
        waiting,
        release() {
          held = undefined;
          release();
        },
      };
    };
    const until = async (what: string, check: () => boolean): Promise<void> => {
      for (const end = Date.now() + 10_000; Date.now() < end; await sleep(5)) if (check()) return;
      throw new Error(`${what} did not come about`);
    };
    const elsewhere = async (browser: CookieBrowser): Promise<number> => {
      const headers = { cookie: `doorward=${browser.cookie(gateway.baseUrl, 'doorward')}` };
      const response = await fetch(`${other.app.address()}/sso/session`, { headers });
      await response.body?.cancel();
      return response.status;
    };

    it.each(roads.map((road) => [road.name, road] as const))(
      '39, 40: after %s the dead stay dead',
      async (_name, road) => {
        const browser = new CookieBrowser();
        await browser.go(`${gateway.baseUrl}/sso/login/op?rd=/sso/session`);
        const [session] = await gateway.app.stores.sessions.list({ limit: 1 });
        if (session?.login === undefined) throw new Error('nobody is signed in');
        const { digest } = session;
        const world = { gateway, other, op, transmitter, browser, session, userId: session.login.userId };
        const thief = new CookieBrowser();
        thief.jars.set(
          new URL(gateway.baseUrl).host,
          new Map(browser.jars.get(new URL(gateway.baseUrl).host)),
        );

        // A re-check of this session and a login of the same person are under way: their tokens exist, and have not arrived.
        const tokens = holdTokens();
        offset = 45 * minute;
        expect(await isIn(browser, gateway)).toBe(true);
        await until('the re-check', () => tokens.waiting.refreshes > 0);
        offset = 0;
        const elsewhereAtHome = new CookieBrowser();
        const login = elsewhereAtHome.go(`${gateway.baseUrl}/sso/login/op?rd=/sso/session`);
        await until('the login', () => tokens.waiting.logins > 0);

        // Requests of the session come all the time, at both processes.
        const stop = new AbortController();
        const statuses: (number | boolean)[] = [];
        const use = async (i: number): Promise<void> => {
          while (!stop.signal.aborted) {
            statuses.push(i % 2 === 0 ? await elsewhere(thief) : await isIn(thief, gateway));
            await sleep(2);
          }
        };
        const requests = Promise.all([0, 1, 2, 3].map(use));
        try {
          const wereIn = () => statuses.filter((each) => each === true || each === 200).length;
          await until('requests that come in', () => wereIn() > 4);
          held = undefined;
          await road.take(world);
          // Acknowledged: from here on no process lets it in, and nothing that was under way brings it back.
          expect([await isIn(thief, gateway), await elsewhere(thief)]).toEqual([false, 401]);
          tokens.release();
          await login;
          await sleep(50);
        } finally {
          tokens.release();
          stop.abort();
          await requests;
        }
        expect([await isIn(thief, gateway), await elsewhere(thief)]).toEqual([false, 401]);
        expect(await gateway.app.stores.sessions.get(digest)).toBeUndefined();
        expect(await other.app.stores.sessions.get(digest)).toBeUndefined();

        // One event for the one session, with the cause of this road.
        const ended = (await gateway.events('session.ended')).filter(
          (event) => 'sessionRef' in event && event.sessionRef === digest.slice(0, 12),
        );
        expect(ended).toMatchObject([{ cause: road.cause }]);
        expect(await isIn(elsewhereAtHome, gateway)).toBe(road.loginUnderWay === 'lives');
      },
    );
  },
);
