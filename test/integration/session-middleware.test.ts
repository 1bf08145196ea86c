import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Passport } from 'passport';
import Database from 'better-sqlite3';
import { Failure, silentLog, toFailure } from '../../src/identity/index.ts';
import {
  createSessionMiddleware,
  digestOf,
  endSession,
  establishSession,
  openSessionStore,
  sessionIdFromCookie,
} from '../../src/sessions/index.ts';
import { sampleLogin, testClock } from '../support/sessions.ts';

const secretA = 'a'.repeat(32);
const secretB = 'b'.repeat(32);
const hour = 3_600_000;

type OpenStore = Awaited<ReturnType<typeof openSessionStore>>;

interface Answer {
  status: number;
  body: string;
  cookies: string[];
}

interface Site {
  get(path: string, cookie?: string): Promise<Answer>;
  close(): Promise<void>;
}

describe('the session middleware', () => {
  const clock = testClock();
  let folder: string;
  let store: OpenStore;
  let sites: Site[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doorward-middleware-'));
    store = await openSessionStore(`sqlite:${join(folder, 's.db')}`, {
      now: clock.now,
      log: silentLog,
      redisPrefix: '',
    });
    sites = [];
  });
  afterEach(async () => {
    await Promise.all(sites.map((site) => site.close()));
    await store.close();
    await rm(folder, { recursive: true });
  });

  const rows = () => {
    const db = new Database(join(folder, 's.db'), { readonly: true });
    try {
      return db.prepare('SELECT digest FROM sessions').pluck().all() as string[];
    } finally {
      db.close();
    }
  };

  async function site(
    overrides: { secrets?: string[]; baseUrl?: string; cookieDomain?: string; store?: OpenStore } = {},
  ): Promise<Site> {
    const app = express();
    const passport = new Passport();
    passport.serializeUser((user, done) => done(null, (user as { id: string }).id));
    app.use(
      createSessionMiddleware({
        store: overrides.store ?? store,
        secrets: overrides.secrets ?? [secretA],
        baseUrl: overrides.baseUrl ?? 'https://door.example',
        cookieDomain: overrides.cookieDomain,
        idle: hour,
        absolute: 8 * hour,
        now: clock.now,
        log: silentLog,
      }),
    );
    app.use(passport.initialize());
    routes(app);
    const running = await listen(app);
    sites.push(running);
    return running;
  }

  const release: { now: () => void; arrived: Promise<void>; arrive: () => void } = {
    now: () => {},
    arrived: Promise.resolve(),
    arrive: () => {},
  };

  function routes(app: Express): void {
    app.get('/', (req, res) => void res.send(req.session.doorward?.userId ?? 'nobody'));
    app.get('/login/:user', async (req, res) => {
      await establishSession(req, sampleLogin({ userId: String(req.params['user']) }));
      res.send(req.sessionID);
    });
    app.get('/short-login', async (req, res) => {
      await establishSession(req, sampleLogin({ idp: { expiresAt: clock.now() + 2 * hour } }));
      res.send('in');
    });
    app.get('/logout', async (req, res) => {
      const ended = await endSession(req, res);
      res.send(ended?.login?.userId ?? 'nobody');
    });
    app.get('/unset', (req, res) => {
      (req as { session: unknown }).session = null;
      res.send('unset');
    });
    app.get('/slow-save', async (req, res) => {
      const go = new Promise<void>((resolve) => (release.now = resolve));
      release.arrive();
      await go;
      Object.assign(req.session, { note: 'late' });
      res.send('saved');
    });
    app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
      const failure = toFailure(error);
      if (!res.headersSent) res.status(failure.status).send(failure.code);
    });
  }

  const pair = (answer: Answer) => answer.cookies[0]?.split(';')[0] ?? '';
  const idOf = (cookie: string, cookieName = '__Host-doorward') =>
    sessionIdFromCookie(cookie, { cookieName, secrets: [secretA, secretB] });

  it('leaves no row and sets no cookie for a hundred anonymous requests', async () => {
    const { get } = await site();
    for (let index = 0; index < 100; index++) {
      const answer = await get('/', index % 2 ? '__Host-doorward=s%3Aforged.signature' : undefined);
      expect(answer).toEqual({ status: 200, body: 'nobody', cookies: [] });
    }
    expect(rows()).toEqual([]);
  });

  it('signs in with a new id, stored as a digest only, and recognizes the browser', async () => {
    const { get } = await site();
    const answer = await get('/login/ann');
    const id = answer.body;
    expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(answer.cookies).toHaveLength(1);
    expect(idOf(pair(answer))).toBe(id);
    expect(rows()).toEqual([digestOf(id)]);
    const stored = await store.get(digestOf(id));
    expect(stored?.record.login).toEqual(sampleLogin({ userId: 'ann' }));
    expect(JSON.parse(stored?.data ?? '')).toEqual({ passport: { user: 'ann' } });
    expect((await get('/', pair(answer))).body).toBe('ann');
  });

  it('kills the id from before the login', async () => {
    const { get } = await site();
    const before = pair(await get('/login/ann'));
    const after = pair(await get('/login/bob', before));
    expect(idOf(after)).not.toBe(idOf(before));
    expect((await get('/', before)).body).toBe('nobody');
    expect((await get('/', after)).body).toBe('bob');
    expect(await store.listByUser('ann')).toEqual([]);
  });

  it('never adopts an id that it did not make, be it signed or not', async () => {
    const { get } = await site();
    const planted = 'planted'.padEnd(43, 'x');
    const { sign } = await import('cookie-signature' as string);
    const cookie = `__Host-doorward=${encodeURIComponent(`s:${sign(planted, secretA)}`)}`;
    expect(idOf(cookie)).toBe(planted);
    const answer = await get('/login/ann', cookie);
    expect(answer.body).not.toBe(planted);
    expect((await get('/', cookie)).body).toBe('nobody');
    expect(rows()).toEqual([digestOf(answer.body)]);
  });

  it('signs out: cookie cleared, session dead for every copy of the cookie', async () => {
    const { get } = await site();
    const cookie = pair(await get('/login/ann'));
    const answer = await get('/logout', cookie);
    expect(answer.body).toBe('ann');
    expect(answer.cookies).toHaveLength(1);
    expect(answer.cookies[0]).toMatch(
      /^__Host-doorward=; Path=\/; Expires=Thu, 01 Jan 1970 .*; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await get('/', cookie)).body).toBe('nobody');
    expect(await store.listByUser('ann')).toEqual([]);
  });

  it('ends the session when a handler unsets it', async () => {
    const { get } = await site();
    const cookie = pair(await get('/login/ann'));
    await get('/unset', cookie);
    expect((await get('/', cookie)).body).toBe('nobody');
  });

  it('does not revive a session that another request saves after the logout', async () => {
    const { get } = await site();
    const cookie = pair(await get('/login/ann'));
    const arrived = new Promise<void>((resolve) => (release.arrive = resolve));
    const slow = get('/slow-save', cookie);
    await arrived;
    await get('/logout', cookie);
    release.now();
    expect((await slow).status).toBe(200);
    expect((await get('/', cookie)).body).toBe('nobody');
    expect(await store.listByUser('ann')).toEqual([]);
  });

  it('does not let a save make a session live longer', async () => {
    const { get } = await site();
    const cookie = pair(await get('/login/ann'));
    const digest = digestOf(idOf(cookie) ?? '');
    const before = (await store.get(digest))?.record;
    clock.advance(hour / 2);
    const arrived = new Promise<void>((resolve) => (release.arrive = resolve));
    const slow = get('/slow-save', cookie);
    await arrived;
    release.now();
    await slow;
    expect((await store.get(digest))?.record).toMatchObject({
      createdAt: before?.createdAt,
      absoluteExpiresAt: before?.absoluteExpiresAt,
      lastSeenAt: clock.now(),
      idleExpiresAt: clock.now() + hour,
    });
  });

  it('ends when idle, lives on when used, and ends for good at the absolute limit', async () => {
    const { get } = await site();
    const idle = pair(await get('/login/ann'));
    clock.advance(hour);
    expect((await get('/', idle)).body).toBe('nobody');
    const used = pair(await get('/login/bob'));
    for (let half = 1; half < 16; half++) {
      clock.advance(hour / 2);
      expect((await get('/', used)).body).toBe('bob');
    }
    clock.advance(hour / 2);
    expect((await get('/', used)).body).toBe('nobody');
  });

  it('ends no later than the session at the identity provider, and so does the cookie', async () => {
    const { get } = await site();
    const answer = await get('/short-login');
    const record = (await store.get(digestOf(idOf(pair(answer)) ?? '')))?.record;
    expect(record?.absoluteExpiresAt).toBe(clock.now() + 2 * hour);
    expect(lifetime(answer)).toBeGreaterThan(1.9 * hour);
    expect(lifetime(answer)).toBeLessThan(2.1 * hour);
  });

  it('sets the cookie flags that https, a shared domain and plain http call for', async () => {
    const host = await (await site()).get('/login/ann');
    expect(host.cookies[0]).toMatch(
      /^__Host-doorward=s%3A\S+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(lifetime(host)).toBeGreaterThan(7.9 * hour);
    const shared = await (await site({ cookieDomain: 'door.example' })).get('/login/ann');
    expect(shared.cookies[0]).toMatch(
      /^__Secure-doorward=s%3A\S+; Domain=door\.example; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    const plain = await (await site({ baseUrl: 'http://localhost:4180' })).get('/login/ann');
    expect(plain.cookies[0]).toMatch(/^doorward=s%3A\S+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  });

  it('goes on recognizing cookies while secrets are rotated, and no longer once the old one is gone', async () => {
    const cookie = pair(await (await site({ secrets: [secretA] })).get('/login/ann'));
    const rotated = await site({ secrets: [secretB, secretA] });
    expect((await rotated.get('/', cookie)).body).toBe('ann');
    const renewed = pair(await rotated.get('/login/bob'));
    const after = await site({ secrets: [secretB] });
    expect((await after.get('/', cookie)).body).toBe('nobody');
    expect((await after.get('/', renewed)).body).toBe('bob');
  });

  it('is not misled by a cookie that a sibling host tossed in', async () => {
    const { get } = await site({ cookieDomain: 'door.example' });
    const own = pair(await get('/login/ann'));
    const forged = '__Secure-doorward=s%3Aforged.AAAA';
    expect((await get('/', `${forged}; ${own}`)).body).toBe('ann');
    expect((await get('/', `${own}; ${forged}`)).body).toBe('ann');
    const attacker = pair(await get('/login/mallory'));
    expect((await get('/', `${attacker}; ${own}`)).body).toBe('nobody');
    expect((await get('/', `${own}; ${attacker}`)).body).toBe('nobody');
    const renewed = pair(await get('/login/ann', `${attacker}; ${own}`));
    expect(await store.listByUser('mallory')).toEqual([]);
    expect((await get('/', `${attacker}; ${renewed}`)).body).toBe('ann');
    await get('/logout', `${attacker}; ${renewed}`);
    expect(await store.listByUser('ann')).toEqual([]);
  });

  it('answers 503 and signs nobody in or out when the store is gone, and recovers with it', async () => {
    let gone = false;
    const failing = new Proxy(store, {
      get(target, key: keyof OpenStore) {
        const value = target[key];
        if (typeof value !== 'function' || !gone) return value;
        return () => Promise.reject(new Failure('store_unavailable'));
      },
    });
    const { get } = await site({ store: failing });
    const cookie = pair(await get('/login/ann'));
    gone = true;
    expect(await get('/', cookie)).toMatchObject({ status: 503, body: 'store_unavailable' });
    expect(await get('/login/bob', cookie)).toMatchObject({ status: 503 });
    expect(await get('/login/bob')).toMatchObject({ status: 503, cookies: [] });
    expect(await get('/logout', cookie)).toMatchObject({ status: 503 });
    gone = false;
    expect((await get('/', cookie)).body).toBe('ann');
    expect(await store.listByUser('bob')).toEqual([]);
  });

  it('gives nobody a session when it was ended while the login was still being written', async () => {
    let writes = 0;
    const racing = new Proxy(store, {
      get(target, key: keyof OpenStore) {
        if (key !== 'set') return target[key];
        return async (...args: Parameters<OpenStore['set']>) => {
          writes += 1;
          if (writes === 2) await target.end(args[0].record.digest);
          return target.set(...args);
        };
      },
    });
    const { get } = await site({ store: racing });
    expect(await get('/login/ann')).toMatchObject({ status: 401, body: 'unauthenticated', cookies: [] });
    expect(await store.listByUser('ann')).toEqual([]);
  });
});

function lifetime(answer: Answer): number {
  const expires = /Expires=([^;]+)/.exec(answer.cookies[0] ?? '')?.[1] ?? '';
  return Date.parse(expires) - Date.now();
}

async function listen(app: Express): Promise<Site> {
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    get: (path, cookie) =>
      new Promise((resolve, reject) => {
        const headers = cookie === undefined ? {} : { cookie };
        httpRequest({ port, path, headers, agent: false }, (res) => {
          let body = '';
          res.on('data', (chunk: Buffer) => (body += chunk.toString()));
          res.on('end', () =>
            resolve({ status: res.statusCode ?? 0, body, cookies: res.headers['set-cookie'] ?? [] }),
          );
        })
          .on('error', reject)
          .end();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
