import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  actor,
  changes,
  load,
  newPerson,
  type Person,
  stopLoads,
  trustedAgain,
  truthOf,
} from '../support/change-load.ts';
import { type Fleet, startFleet } from '../support/fleet.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Relay, startRelay } from '../support/relay.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

afterEach(stopLoads);

/** 200 changes by ten people at once, each asked for at every gateway as soon as it is acknowledged. */
async function expectChangesToShow(fleet: Fleet): Promise<void> {
  const people = await Promise.all(Array.from({ length: 10 }, () => newPerson(fleet)));
  const running = load(fleet, people);
  let made = 0;
  async function makeAll(person: Person): Promise<void> {
    for (const change of [...changes, ...changes]) {
      await change(fleet, person);
      await running.everywhere(person);
      await sleep(20);
      made += 1;
    }
  }
  await Promise.all(people.map(makeAll));
  await running.stop();
  expect(running.wrong).toEqual([]);
  expect(made).toBe(200);
  for (const status of [202, 401, 403]) expect(running.seen[status]).toBeGreaterThan(15);
  // The caches were in use: otherwise this would prove nothing.
  expect(await askedShare(fleet)).toBeLessThan(0.7);
}

/** The share of all requests for which a store had to be asked. */
async function askedShare(fleet: Fleet): Promise<number> {
  const sum = async (name: string) =>
    (await Promise.all(fleet.gateways.map((gateway) => gateway.metric(name)))).reduce((a, b) => a + b, 0);
  return (await sum('doorward_verify_asked_total')) / (await sum('doorward_verify_total'));
}

describe('four processes on one Redis and one PostgreSQL', () => {
  let postgres: PostgresServer;
  let redis: TestRedis;
  let databaseUrl: string;
  let fleet: Fleet;
  /** Between the first two gateways and Redis, and PostgreSQL. */
  let wires: Relay[] = [];

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    databaseUrl = await postgres.createDatabase();
    const { port } = new URL(databaseUrl);
    // The first two gateways are far away; that is what makes them hear of changes late.
    wires = await Promise.all([redis.port, Number(port)].map((target) => startRelay(target)));
    const [toRedis, toPostgres] = wires;
    fleet = await startFleet({
      size: 4,
      directory: (index) =>
        index < 2 ? databaseUrl.replace(`:${port}/`, `:${toPostgres?.port}/`) : databaseUrl,
      sessions: (index) => (index < 2 ? `redis://127.0.0.1:${toRedis?.port}` : redis.url),
    });
    for (const wire of wires) wire.delay(30);
  }, 60_000);
  afterAll(async () => {
    await fleet?.stop();
    await Promise.all(wires.map((wire) => wire.stop()));
    await Promise.all([postgres?.stop(), redis?.stop()]);
  }, 60_000);

  it('show each of 200 changes on the very next request of every process, under load', async () => {
    await expectChangesToShow(fleet);
  }, 120_000);

  it('show what a command changed, which is a process of its own', async () => {
    const person = await newPerson(fleet);
    const running = load(fleet, [person]);
    await running.everywhere(person);
    await person.history.change(truthOf(['by-hand', 'readers']), () =>
      fleet.command('groups', 'add', person.userId, 'by-hand'),
    );
    await running.everywhere(person);
    await person.history.change(truthOf([], false), () => fleet.command('users', 'disable', person.userId));
    await running.everywhere(person);
    await running.stop();
    expect(running.wrong).toEqual([]);
  }, 60_000);

  it('are listed with the configuration that each has in force, and one that was stopped is not', async () => {
    const [first, ...others] = fleet.gateways;
    // Their files differ in the ports: each has a version of its own.
    const listed = async () =>
      fleet.command('processes').then(
        () => '',
        (error: unknown) => String(error),
      );
    const pids = (text: string) => fleet.gateways.filter(({ pid }) => new RegExp(` ${pid} `).test(text));
    const before = await listed();
    expect(before).toContain('do not all run with the same configuration');
    expect(pids(before)).toHaveLength(4);
    await first?.stop();
    const after = await listed();
    expect(pids(after)).toEqual(others);
    await first?.start();
    let versions = 0;
    for (let tries = 0; tries < 100 && versions < 2; tries += 1) {
      versions = (await first?.metric('doorward_config_versions')) ?? 0;
      await sleep(50);
    }
    expect(versions).toBeGreaterThan(1);
  }, 60_000);

  it('show a logout at one of them to all others', async () => {
    const person = await newPerson(fleet);
    const running = load(fleet, [person]);
    await running.everywhere(person);
    await sleep(300);
    await person.history.change(truthOf([], false), async () => {
      const answer = await fetch(`http://127.0.0.1:${fleet.gateways[1]?.port}/sso/logout`, {
        method: 'POST',
        headers: { cookie: person.cookie, origin: fleet.baseUrl },
        redirect: 'manual',
      });
      expect(answer.status).toBe(303);
    });
    expect((await running.everywhere(person)).map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    await running.stop();
    expect(running.wrong).toEqual([]);
  }, 30_000);

  it('never answer from before when they wake up after they were stopped, even if no message reaches them', async () => {
    const [sleeper] = fleet.gateways;
    if (!sleeper) throw new Error('no gateway');
    for (const how of ['directory', 'session'] as const) {
      const person = await newPerson(fleet);
      await trustedAgain(fleet, person);
      sleeper.pause();
      if (how === 'directory') await fleet.stores.directory.setDisabled(person.userId, { at: 1 });
      else await fleet.stores.endings.endAllOf(person.userId, 'revoked', actor);
      for (const wire of wires) wire.hold();
      const answers = Array.from({ length: 5 }, () => sleeper.verify(person.cookie));
      sleeper.resume();
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
      for (const wire of wires) wire.release();
    }
  }, 30_000);

  it.each(['directory', 'session'] as const)(
    'do not answer from before when their wire is dead without a word (%s)',
    async (how) => {
      const person = await newPerson(fleet);
      const running = load(fleet, [person]);
      await trustedAgain(fleet, person);
      for (const wire of wires) wire.hold();
      await person.history.change(truthOf([], false), () =>
        how === 'directory'
          ? fleet.stores.directory.setDisabled(person.userId, { at: 1 })
          : fleet.stores.endings.endAllOf(person.userId, 'revoked', actor),
      );
      const statuses = (await running.everywhere(person)).map(({ status }) => status);
      expect(statuses.slice(0, 2)).toEqual([503, 503]);
      for (const wire of wires) wire.release();
      await running.stop();
      expect(running.wrong).toEqual([]);
      expect(running.slowest).toBeLessThan(2_000);
      await trustedAgain(fleet, await newPerson(fleet));
    },
    30_000,
  );

  it('are waited for after one was killed, once and not for long', async () => {
    const victim = fleet.gateways[3];
    const person = await newPerson(fleet);
    await victim?.verify(person.cookie);
    await victim?.kill();
    await person.history.change(truthOf(['readers', 'x']), () =>
      fleet.stores.people.addToGroup(person.userId, 'x', actor),
    );
    const running = load({ ...fleet, gateways: fleet.gateways.slice(0, 3) }, [person]);
    await running.everywhere(person);
    await running.stop();
    expect(running.wrong).toEqual([]);
    await victim?.start();
    expect((await victim?.verify(person.cookie))?.groups).toBe('readers,x');
  }, 30_000);

  it('give no stale answer while the channel of the directory is cut, and recover by themselves', async () => {
    const person = await newPerson(fleet);
    const running = load(fleet, [person]);
    await sleep(500);
    const cut = setInterval(() => {
      const text = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doorward changes'`;
      void postgres.query(databaseUrl, text).catch(() => undefined);
    }, 150);
    for (const group of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { groups } = person.history.now();
      await person.history.change(truthOf([...groups, group]), () =>
        fleet.stores.people.addToGroup(person.userId, group, actor),
      );
      await running.everywhere(person);
    }
    clearInterval(cut);
    await running.stop();
    expect(running.wrong).toEqual([]);
    await trustedAgain(fleet, person);
  }, 60_000);

  it('give no stale answer while Redis is held or dead, and recover by themselves', async () => {
    const person = await newPerson(fleet);
    const running = load(fleet, [person]);
    await sleep(500);
    redis.pause();
    await sleep(1_000);
    const held = await running.everywhere(person);
    expect(held.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    redis.resume();
    await trustedAgain(fleet, person);
    await person.history.change(truthOf([], false), async () => {
      await redis.kill();
      await sleep(500);
      await redis.restart();
    });
    // The sessions died with the server, which keeps nothing on disk.
    await sleep(1_500);
    await running.everywhere(person);
    await running.stop();
    expect(running.wrong).toEqual([]);
    expect(running.slowest).toBeLessThan(2_000);
    await trustedAgain(fleet, await newPerson(fleet));
  }, 60_000);
});

describe('a server and commands on SQLite', () => {
  let folder: string;
  let fleet: Fleet;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doorward-several-'));
    fleet = await startFleet({
      size: 1,
      directory: `sqlite:${join(folder, 'directory.db')}`,
      sessions: `sqlite:${join(folder, 'sessions.db')}`,
    });
  }, 60_000);
  afterAll(async () => {
    await fleet?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('show each of 200 changes by another process on the very next request, under load', async () => {
    await expectChangesToShow(fleet);
  }, 120_000);

  it('show what a command changed', async () => {
    const person = await newPerson(fleet);
    const running = load(fleet, [person]);
    await running.everywhere(person);
    await person.history.change(truthOf(['by-hand', 'readers']), () =>
      fleet.command('groups', 'add', person.userId, 'by-hand'),
    );
    await running.everywhere(person);
    await person.history.change(truthOf([], false), () => fleet.command('sessions', 'revoke', person.userId));
    await running.everywhere(person);
    await running.stop();
    expect(running.wrong).toEqual([]);
  }, 60_000);
});

describe('a grace period', () => {
  const grace = 3_000;
  let postgres: PostgresServer;
  let redis: TestRedis;
  let fleet: Fleet;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    fleet = await startFleet({
      size: 1,
      directory: await postgres.createDatabase(),
      sessions: redis.url,
      state: [`  grace: ${grace / 1_000}s`],
    });
  }, 60_000);
  afterAll(async () => {
    await fleet?.stop();
    await Promise.all([postgres?.stop(), redis?.stop()]);
  }, 60_000);

  it.each(['Redis', 'PostgreSQL'] as const)(
    'keeps those in whom the gateway remembers while %s is held, logs it, and is over when it is over',
    async (which) => {
      const server = which === 'Redis' ? redis : postgres;
      const [gateway] = fleet.gateways;
      const person = await newPerson(fleet);
      const stranger = await newPerson(fleet);
      await trustedAgain(fleet, person);
      const vouched = performance.now();
      server.pause();
      while (performance.now() - vouched < grace - 1_200) {
        expect(await gateway?.verify(person.cookie)).toMatchObject({ status: 202, groups: 'readers' });
        await sleep(50);
      }
      expect((await gateway?.verify(stranger.cookie))?.status).toBe(503);
      await sleep(vouched + grace + 600 - performance.now());
      expect((await gateway?.verify(person.cookie))?.status).toBe(503);
      server.resume();
      await trustedAgain(fleet, person);
      expect(gateway?.log()).toContain('remembered answers are used');
    },
    30_000,
  );
});
