import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../src/identity/index.ts';
import { openSessionStore } from '../../src/sessions/index.ts';
import { parseRedisAddress } from '../../src/sessions/redis/address.ts';
import { connect, disconnect } from '../../src/sessions/redis/connect.ts';
import { startFakeSentinel } from '../support/fake-sentinel.ts';
import { startRelay } from '../support/relay.ts';
import { startSessionProcess } from '../support/session-process.ts';
import { freePort, startRedis, type TestRedis } from '../support/redis.ts';
import { sampleSession } from '../support/sessions.ts';

type OpenStore = Awaited<ReturnType<typeof openSessionStore>>;

describe('a Redis session store in trouble', () => {
  const lines: string[] = [];
  const note = (fields: unknown, message: string) => {
    const { err } = fields as { err?: Error };
    lines.push(`${message} ${err?.message ?? ''} ${JSON.stringify(err ?? {})}`);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const closing: (() => Promise<void>)[] = [];
  let redis: TestRedis;

  beforeEach(async () => {
    lines.length = 0;
    redis = await startRedis();
    closing.push(() => redis.stop());
  });
  afterEach(async () => {
    redis.resume();
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function open(url = redis.url): Promise<OpenStore> {
    const store = await openSessionStore(url, { now: Date.now, log, redisPrefix: 'f:' });
    closing.push(() => store.close());
    return store;
  }

  async function until(condition: () => boolean): Promise<void> {
    for (let tries = 0; tries < 500 && !condition(); tries += 1) await sleep(10);
    expect(condition()).toBe(true);
  }

  /** Every method rejects with store_unavailable, each before two seconds are over. */
  async function expectUnavailable(store: OpenStore): Promise<void> {
    const session = sampleSession('some id', Date.now());
    const { digest } = session.record;
    const calls: Record<string, () => Promise<unknown>> = {
      get: () => store.get(digest),
      set: () => store.set(session, { fresh: true }),
      touch: () => store.touch(digest, 1, 2),
      end: () => store.end(digest),
      endByUser: () => store.endByUser('user-1'),
      listByUser: () => store.listByUser('user-1'),
      list: () => store.list({ limit: 1 }),
      findByIdpSession: () => store.findByIdpSession('i', 's'),
      ping: () => store.ping(),
      put: () => store.transient.put('login', 'k', 'v', 1000),
      read: () => store.transient.get('login', 'k'),
      take: () => store.transient.take('login', 'k'),
      addOnce: () => store.transient.addOnce('replay', 'k', 1000),
      increment: () => store.transient.increment('limit', 'k', 1000),
    };
    const outcomes = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => {
        const answer = call().then(
          () => 'answered',
          (error: unknown) => (error as { code?: string }).code,
        );
        return [name, await Promise.race([answer, sleep(2000, 'late', { ref: false })])];
      }),
    );
    expect(Object.fromEntries(outcomes)).toEqual(
      Object.fromEntries(Object.keys(calls).map((name) => [name, 'store_unavailable'])),
    );
  }

  async function expectRecovery(store: OpenStore): Promise<void> {
    const session = sampleSession(`again ${Math.random()}`, Date.now());
    // Until it is back; on a busy machine it may be late once more after that.
    let isSet: boolean | undefined;
    for (let attempt = 0; attempt < 100 && isSet === undefined; attempt++) {
      isSet = await store.set(session, { fresh: true }).catch(() => undefined);
      if (isSet === undefined) await sleep(50);
    }
    expect(isSet).toBe(true);
    expect(await store.get(session.record.digest)).toEqual(session);
    expect(await store.end(session.record.digest)).toEqual(session.record);
  }

  it('fails while Redis is held, and goes on with the same sessions when it is let go', async () => {
    const store = await open();
    const session = sampleSession('before', Date.now());
    await store.set(session, { fresh: true });
    redis.pause();
    await expectUnavailable(store);
    redis.resume();
    await expectRecovery(store);
    expect(await store.get(session.record.digest)).toEqual(session);
  });

  it('gives a silent connection up and makes a new one', async () => {
    const store = await open();
    redis.pause();
    await expectUnavailable(store);
    await sleep(3500);
    await expectUnavailable(store);
    redis.resume();
    await expectRecovery(store);
  });

  it('fails at once while Redis is dead, and recovers when it is back, empty', async () => {
    const store = await open();
    const session = sampleSession('before', Date.now());
    await store.set(session, { fresh: true });
    await redis.kill();
    await expectUnavailable(store);
    await redis.restart();
    await expectRecovery(store);
    expect(await store.get(session.record.digest)).toBeUndefined();
    expect(await store.set(session, { fresh: false })).toBe(false);
  });

  it('opens without Redis and works as soon as there is one', async () => {
    await redis.kill();
    const store = await open();
    await expectUnavailable(store);
    await redis.restart();
    await expectRecovery(store);
  });

  for (const [what, answer] of Object.entries({
    nothing: undefined,
    garbage: '!@#$%^ what is this\r\n\0\0\0',
    'half an answer': '$100\r\nabc',
    'another protocol': 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  })) {
    it(`fails while something answers ${what}, and recovers when it is Redis again`, async () => {
      const port = await freePort();
      const impostor = await startImpostor(port, answer);
      closing.push(impostor.stop);
      const store = await open(`redis://127.0.0.1:${port}`);
      await expectUnavailable(store);
      await impostor.passOnTo(redis.port);
      await expectRecovery(store);
    });
  }

  it('answers with a failure, not a crash, when a connection breaks in the middle of many commands', async () => {
    const port = await freePort();
    const relay = await startImpostor(port, undefined);
    closing.push(relay.stop);
    await relay.passOnTo(redis.port);
    const store = await open(`redis://127.0.0.1:${port}`);
    await expectRecovery(store);
    const calls = Array.from({ length: 50 }, (_, index) =>
      store.set(sampleSession(`n ${index}`, Date.now()), { fresh: true }).then(
        () => 'written',
        (error: unknown) => (error as { code?: string }).code,
      ),
    );
    await sleep(1);
    relay.cut();
    const outcomes = new Set(await Promise.all(calls));
    expect([...outcomes].filter((one) => one !== 'written' && one !== 'store_unavailable')).toEqual([]);
    await expectRecovery(store);
  });

  it('connects again when its client has given up for good', async () => {
    const client = await connect(parseRedisAddress(redis.url), log, Date.now);
    // What ioredis does by itself when a failover is announced while it asks the sentinels for the primary.
    client.disconnect();
    await once(client, 'end');
    await once(client, 'ready');
    expect(await client.ping()).toBe('PONG');
    await disconnect(client);
    await sleep(500);
    expect(client.status).toBe('end');
  });

  it('connects again when a failover is announced while it asks the sentinels for the primary', async () => {
    const relay = await startRelay(redis.port);
    const sentinel = await startFakeSentinel(relay.port);
    closing.push(relay.stop, sentinel.stop);
    const address = parseRedisAddress(`redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`);
    const client = await connect(address, log, Date.now);
    closing.push(() => disconnect(client));
    expect(await client.ping()).toBe('PONG');
    await until(() => sentinel.listeners > 0);
    let ended = false;
    client.on('end', () => void (ended = true));

    // The connection breaks; the client asks where the primary is, and hears of a failover before it is told.
    const asked = sentinel.asked;
    sentinel.delay = 300;
    relay.cut();
    await until(() => sentinel.asked > asked);
    sentinel.announceFailover();
    await until(() => ended);
    sentinel.delay = 0;
    await until(() => client.status === 'ready');
    expect(await client.ping()).toBe('PONG');
  });

  it('survives that nobody answers when it asks to be told of changes anew', async () => {
    const trap = await startTrap(redis.port, 'subscribe');
    closing.push(trap.stop);
    // Its own process: what nobody catches would end it.
    const other = await startSessionProcess(`redis://127.0.0.1:${trap.port}`, 'f:');
    closing.push(() => other.stop());
    expect(await other.ask({ do: 'listen' })).toBe('trusted');
    trap.armed = true;
    trap.cut();
    await until(() => !trap.armed);
    // Longer than the client waits for an answer.
    await sleep(1_200);
    expect(await other.ask({ do: 'listen' })).toBe('trusted');
  });

  it('ends again what it had ended, when the server that it comes back to has not heard of that', async () => {
    const store = await open();
    const other = await open();
    const admin = new Redis(redis.url);
    closing.push(async () => admin.disconnect());
    const session = sampleSession('ended and revived', Date.now());
    const { digest } = session.record;
    await store.set(session, { fresh: true });
    const before = await admin.dumpBuffer(`f:s:${digest}`);
    expect(await store.end(digest)).toMatchObject({ digest });
    expect(await other.get(digest)).toBeUndefined();

    // What a replica knows that took over before it was told; first without anybody noticing.
    await admin.restore(`f:s:${digest}`, 60_000, before ?? '', 'REPLACE');
    expect(await other.get(digest)).toMatchObject({ record: { digest } });
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal');
    let alive = true;
    for (let tries = 0; tries < 300 && alive; tries += 1) {
      await sleep(20);
      alive = await other.get(digest).then(
        (found) => found !== undefined,
        () => true,
      );
    }
    expect(alive).toBe(false);
    expect(lines.join('\n')).toContain('Redis had forgotten that sessions were ended');
  });

  it('never tells a password, a key or a value, in logs or in failures', async () => {
    const guarded = await startRedis(['--requirepass', 'right-password']);
    closing.push(() => guarded.stop());
    const store = await open(guarded.url.replace('//', '//:wrong-password@'));
    const failure: unknown = await store.transient
      .put('login', 'the key', 'the value', 1000)
      .catch((error: unknown) => error);
    await expectUnavailable(store);
    const { cause } = failure as Error;
    const told = [
      ...lines,
      String(failure),
      String(cause),
      JSON.stringify(cause),
      (cause as Error).stack,
    ].join('\n');
    expect(told).toContain('Redis');
    expect(told).not.toMatch(/password@|wrong-password|right-password|the key|the value/);

    const right = await open(guarded.url.replace('//', '//:right-password@'));
    await expectRecovery(right);
  });

  it('treats a key of the wrong kind as signed out', async () => {
    const { Redis } = await import('ioredis');
    const admin = new Redis(redis.url);
    closing.push(async () => admin.disconnect());
    const store = await open();
    const session = sampleSession('wrong kind', Date.now());
    await admin.set(`f:s:${session.record.digest}`, 'text');
    expect(await store.get(session.record.digest)).toBeUndefined();
    expect(await store.touch(session.record.digest, Date.now(), Date.now() + 1000)).toBe(false);
    expect(await store.set(session, { fresh: true })).toBe(false);
    expect(await store.end(session.record.digest)).toBeUndefined();
    expect(await store.get(session.record.digest)).toBeUndefined();
  });

  it('lets nothing stay in Redis for longer than it is of use', async () => {
    const { Redis } = await import('ioredis');
    const admin = new Redis(redis.url);
    closing.push(async () => admin.disconnect());
    const store = await open();
    const [kept, ended] = [sampleSession('kept', Date.now()), sampleSession('ended', Date.now())];
    for (const session of [kept, ended]) await store.set(session, { fresh: true });
    await store.end(ended.record.digest);
    await store.transient.increment('limit', 'k', 1000);
    for (const key of await admin.keys('*'))
      if (!key.includes('{all}')) expect([key, await admin.pttl(key)]).toEqual([key, expect.any(Number)]);
    const lasting = await Promise.all(
      (await admin.keys('*')).map(async (key) => ((await admin.pttl(key)) < 0 ? key : '')),
    );
    const ofConstantSize = ['f:{changes}:head'];
    expect(lasting.filter(Boolean).sort()).toEqual(['f:{all}:created', 'f:{all}:expires', ...ofConstantSize]);
  });
});

/** A server that says the same to everything, until it is told to pass on what comes to a real one. */
async function startImpostor(port: number, answer: string | undefined) {
  const sockets = new Set<Socket>();
  let target: number | undefined;
  const { connect } = await import('node:net');
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    if (target === undefined) {
      socket.on('data', () => answer !== undefined && socket.write(answer));
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    cut,
    async passOnTo(real: number) {
      target = real;
      cut();
    },
    async stop() {
      server.close();
      cut();
    },
  };
}

/** Passes connections on; while it is armed, the first that sends this word is cut before the word arrives. */
async function startTrap(target: number, word: string) {
  const sockets = new Set<Socket>();
  const state = { armed: false };
  const server = createServer((near) => {
    const far = connectTo(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (chunk: Buffer) => {
        if (state.armed && from === near && chunk.includes(word)) {
          state.armed = false;
          from.destroy();
        } else to.write(chunk);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    get armed() {
      return state.armed;
    },
    set armed(value) {
      state.armed = value;
    },
    cut,
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
