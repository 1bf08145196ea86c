import { createServer, connect as dial, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import { createLoginFlows } from '../../../src/providers/index.ts';
import { removeConfigs } from '../../support/config-files.ts';
import { type Ask, Browser, form, sessionCookie } from './browser.ts';
import { kinds, openPlace, type Place } from './gateway.ts';
import { digestIn, openTown, signIn, type Town, upToCallback } from './people.ts';

const trusted = { trustedProxies: ['127.0.0.1'] };
/** Well under two seconds is what a person waits at most when a store is silent. */
const patience = 2_000;

interface Asked {
  readonly status: number;
  readonly milliseconds: number;
}

/** People with something to do while the store is away. */
interface People {
  readonly signedIn: Browser;
  readonly leaving: Browser;
  readonly coming: Browser;
  /** Where the identity provider sends the one who comes. */
  readonly callback: string;
}

async function gather(town: Town): Promise<People> {
  const [signedIn, leaving, coming] = [town.browser(), town.browser(), town.browser()];
  await atLast(() => signIn(signedIn), 303);
  await atLast(() => signIn(leaving), 303);
  let callback = '';
  await atLast(async () => {
    callback = await upToCallback(coming);
    return { status: 302 };
  }, 302);
  return { signedIn, leaving, coming, callback };
}

/** On a busy machine a store may be late without anybody's doing; then one tries again, as people do. */
async function atLast(what: () => Promise<{ readonly status: number }>, status: number): Promise<void> {
  let came: unknown;
  for (const until = performance.now() + 10_000; performance.now() < until;) {
    came = await what().then(
      (reply) => reply.status,
      (error: unknown) => error,
    );
    if (came === status) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw came instanceof Error ? came : new Error(`${String(came)} in place of ${status}`);
}

/** Every way in and out of the gateway that needs the store, all at once; no cookie that comes back is kept. */
async function knockEverywhere(people: People): Promise<Readonly<Record<string, Asked>>> {
  const { signedIn, leaving, coming, callback } = people;
  const ask = async (who: Browser, path: string, { headers, ...more }: Ask = {}): Promise<Asked> => {
    const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const start = performance.now();
    const { status } = await new Browser(who.origin).ask(path, { ...more, headers: { cookie, ...headers } });
    return { status, milliseconds: performance.now() - start };
  };
  const gate = { 'x-original-url': 'https://catalog.acme.example/', 'x-original-method': 'GET' };
  const ways = {
    session: ask(signedIn, '/sso/session'),
    gate: ask(signedIn, '/sso/verify/auth-request', { headers: gate }),
    me: ask(signedIn, '/sso/me'),
    start: ask(signedIn, '/sso/login/op'),
    answer: ask(coming, callback),
    logout: ask(leaving, '/sso/logout', form({}, { origin: 'https://catalog.acme.example' })),
  };
  return Object.fromEntries(
    await Promise.all(Object.entries(ways).map(async ([name, asked]) => [name, await asked] as const)),
  );
}

/**
 * 503, and quickly. Whoever is signed in may still be told so from memory, as long as it is certain that nobody could
 * have signed them out elsewhere, which is for a moment only.
 */
async function expectUnavailable(people: People): Promise<void> {
  const statuses = (asked: Readonly<Record<string, Asked>>): Readonly<Record<string, number>> =>
    Object.fromEntries(Object.entries(asked).map(([name, { status }]) => [name, status]));
  const first = await knockEverywhere(people);
  const { session, gate, me, ...writing } = statuses(first);
  expect(writing).toEqual({ start: 503, answer: 503, logout: 503 });
  for (const status of [session, gate, me]) expect([200, 202, 503]).toContain(status);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const second = await knockEverywhere(people);
  expect(statuses(second)).toEqual({
    session: 503,
    gate: 503,
    me: 503,
    start: 503,
    answer: 503,
    logout: 503,
  });
  for (const { milliseconds } of [...Object.values(first), ...Object.values(second)])
    expect(milliseconds).toBeLessThan(patience);
}

describe.each(kinds)('the whole gateway, sessions in %s: what is stored is spoilt', (kind) => {
  let place: Place;
  let town: Town;
  beforeAll(async () => {
    place = await openPlace(kind);
    town = await openTown(place, trusted);
  });
  afterAll(async () => {
    await town.close();
    await place.close();
    removeConfigs();
  });

  /** Writes into the session of a browser, past the gateway. */
  async function spoil(browser: Browser, fields: Readonly<Record<string, string>>): Promise<void> {
    const { config } = town.gateway;
    const digest = digestIn(browser, config.secrets);
    if (kind === 'SQLite') {
      const db = new Database(config.state.sessions.slice('sqlite:'.length));
      for (const [name, value] of Object.entries(fields))
        db.prepare(`UPDATE sessions SET ${name} = ? WHERE digest = ?`).run(value, digest);
      db.close();
      return;
    }
    const client = new Redis(config.state.sessions);
    const [key] = await client.keys(`${config.state.redisPrefix}*${digest}*`);
    if (key === undefined) throw new Error('no session');
    await client.hset(key, fields);
    client.disconnect();
  }

  it.each([
    ['a login that is half a JSON text', { login: '{"userId":"' }],
    ['a login that is a list', { login: '[]' }],
    ['a login that is null', { login: 'null' }],
    ['a login that is a number', { login: '7' }],
    ['a login without a user', { login: '{"provider":"op"}' }],
    ['a login whose user is an object', { login: '{"userId":{"$ne":""},"provider":"op","idp":{},"amr":[]}' }],
    [
      'a login of nobody who is there',
      {
        login:
          '{"userId":"0198c0de-0000-7000-8000-00000000dead","provider":"op","issuer":"x","subject":"y","authenticatedAt":1,"amr":[],"idp":{}}',
      },
    ],
    ['a login with a prototype in it', { login: '{"__proto__":{"userId":"root"}}' }],
    ['a login of 1 MB of noise', { login: '\u0000\ufffd'.repeat(300_000) }],
  ])('41: %s is nobody’s, and the person can sign in anew', async (_what, fields) => {
    const browser = town.browser();
    await signIn(browser);
    await spoil(browser, fields);
    const cookie = `${sessionCookie}=${browser.cookies.get(sessionCookie) ?? ''}`;
    for (const path of ['/sso/session', '/sso/verify/auth-request', '/sso/me']) {
      const { status } = await new Browser(browser.origin).ask(path, {
        headers: {
          cookie,
          'x-original-url': 'https://catalog.acme.example/',
          'x-original-method': 'GET',
        },
      });
      expect([path, [303, 401, 503].includes(status), status]).toEqual([path, true, status]);
    }
    expect((await signIn(browser)).status).toBe(303);
    expect((await browser.ask('/sso/session')).status).toBe(200);
  });

  it.each([
    ['data that are no JSON', { data: '{{{' }],
    ['data that are a list', { data: '[1]' }],
    [
      'data that bring a login and a cookie of their own',
      {
        data: '{"doorward":{"userId":"root"},"cookie":{"maxAge":9e15,"httpOnly":false},"__proto__":{"x":1}}',
      },
    ],
  ])('41: %s harm nobody', async (_what, fields) => {
    const browser = town.browser();
    await signIn(browser);
    const { body: before } = await browser.ask('/sso/session');
    await spoil(browser, fields);
    const { status, body } = await browser.ask('/sso/session');
    expect([200, 401, 503]).toContain(status);
    if (status === 200) expect(JSON.parse(body)).toEqual(JSON.parse(before));
    const { setCookies } = await browser.ask('/sso/logout');
    for (const line of setCookies) expect(line).toMatch(/HttpOnly; Secure/);
    expect((await signIn(browser)).status).toBe(303);
  });

  it('41: a login under way whose record is spoilt does not finish', async () => {
    const { gateway } = town;
    const { transient } = gateway.app.stores.sessions;
    for (const text of ['{{{', '[]', 'null', '{"provider":"op"}', '{"provider":"other","createdAt":9e15}']) {
      const flows = createLoginFlows({
        store: { put: (flow, key, _value, ttl) => transient.put(flow, key, text, ttl), take: transient.take },
        timeout: 600_000,
        now: Date.now,
      });
      const browser = town.browser();
      await browser.ask('/sso/login/op');
      const own = browser.cookies.get('__Host-doorward-login') ?? '';
      const key = await flows.begin({ provider: 'op', returnTo: undefined, createdAt: Date.now() }, own);
      const before = await gateway.standing();
      const reply = await browser.ask(`/sso/callback/op?code=x&state=${key}`);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.setCookies).toEqual([]);
      expect(await gateway.standing()).toEqual(before);
    }
  });
});

describe('the whole gateway with a Redis that is late, half there, or gone', () => {
  let place: Place;
  let town: Town;
  let wire: Wire;
  beforeAll(async () => {
    place = await openPlace('Redis');
    wire = await openWire(place.redis?.port ?? 0);
    const through = { ...place, redis: { ...place.redis!, url: `redis://127.0.0.1:${wire.port}` } };
    town = await openTown(through, trusted);
  });
  afterAll(async () => {
    place.redis?.resume();
    await town.close();
    await wire.close();
    await place.close();
    removeConfigs();
  });

  /** Until the gateway has its store again. */
  async function recovered(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if ((await town.browser().ask('/sso/login/op')).status === 302) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('the gateway does not find its store again');
  }

  /** As it was: who was signed in still is, and somebody else can sign in. */
  async function expectRecovery({ signedIn }: People): Promise<void> {
    await recovered();
    await atLast(() => signIn(town.browser()), 303);
    await atLast(() => signedIn.ask('/sso/session'), 200);
  }

  it('41: held: nobody is in, everybody is told within two seconds, and it goes on afterwards', async () => {
    const people = await gather(town);
    place.redis?.pause();
    try {
      await expectUnavailable(people);
    } finally {
      place.redis?.resume();
    }
    await expectRecovery(people);
  });

  it.each([
    ['an answer cut in half', 'half'],
    ['an answer that is not Redis’', 'noise'],
    ['a connection that is closed at every question', 'close'],
    ['a connection that nobody answers', 'silence'],
  ] as const)('41: %s: the same', async (_what, fault) => {
    const people = await gather(town);
    wire.fault = fault;
    try {
      await expectUnavailable(people);
    } finally {
      wire.heal();
    }
    await expectRecovery(people);
  });

  it('41: a store that goes away between the identity provider’s answer and the session signs nobody in', async () => {
    const { coming: browser, callback } = await gather(town);
    const before = performance.now();
    town.op.behave({
      token(response) {
        wire.fault = 'silence';
        return response;
      },
    });
    const start = performance.now();
    const reply = await browser.ask(callback);
    expect([503, 400]).toContain(reply.status);
    expect(performance.now() - start).toBeLessThan(2 * patience);
    expect(reply.setCookies.filter((line) => line.startsWith(`${sessionCookie}=`))).toEqual([]);
    wire.heal();
    town.op.behave();
    await recovered();
    const issuer = { issuer: town.op.issuer, subject: 'ann' };
    const user = await town.gateway.app.stores.directory.findByIdentity(issuer);
    const alive = await town.gateway.app.stores.sessions.listByUser(user?.id ?? '');
    expect(alive.filter(({ createdAt }) => createdAt > Date.now() - (performance.now() - before))).toEqual(
      [],
    );
  });

  it('41: gone: the same, and a new empty one signs everybody out and lets them in again', async () => {
    const people = await gather(town);
    await place.redis?.kill();
    await expectUnavailable(people);
    await place.redis?.restart();
    await recovered();
    const { signedIn, coming, callback } = people;
    await atLast(() => signedIn.ask('/sso/session'), 401);
    await atLast(() => coming.ask(callback), 400);
    await atLast(() => signIn(signedIn), 303);
  });
});

describe('the whole gateway with a SQLite that somebody holds', () => {
  let place: Place;
  let town: Town;
  beforeAll(async () => {
    place = await openPlace('SQLite');
    town = await openTown(place, trusted);
  });
  afterAll(async () => {
    await town.close();
    removeConfigs();
  });

  it('41: what must be written is refused within two seconds, and it goes on afterwards', async () => {
    const people = await gather(town);
    const holder = new Database(town.gateway.config.state.sessions.slice('sqlite:'.length));
    holder.exec('BEGIN EXCLUSIVE');
    try {
      const { start, answer, logout, ...reading } = await knockEverywhere(people);
      for (const asked of [start, answer, logout]) {
        expect(asked?.status).toBe(503);
        expect(asked?.milliseconds).toBeLessThan(patience);
      }
      for (const { milliseconds } of Object.values(reading)) expect(milliseconds).toBeLessThan(patience);
    } finally {
      holder.exec('ROLLBACK');
      holder.close();
    }
    expect((await people.signedIn.ask('/sso/session')).status).toBe(200);
    expect((await signIn(town.browser())).status).toBe(303);
  });
});

/** A line to Redis that can be disturbed. */
interface Wire {
  readonly port: number;
  fault: 'half' | 'noise' | 'close' | 'silence' | undefined;
  /** What was lost on the line is lost with its connections: TCP leaves nothing out. */
  heal(): void;
  close(): Promise<void>;
}

async function openWire(to: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = dial(to, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.on('data', (data) => {
      if (wire.fault === 'close') client.destroy();
      else if (wire.fault !== 'silence') redis.write(data);
    });
    redis.on('data', (data: Buffer) => {
      if (wire.fault === undefined) client.write(data);
      else if (wire.fault === 'half') client.write(data.subarray(0, Math.floor(data.length / 2)));
      else if (wire.fault === 'noise') client.write('HTTP/1.1 200 OK\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire: Wire = {
    port: (server.address() as AddressInfo).port,
    fault: undefined,
    heal() {
      wire.fault = undefined;
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return wire;
}
