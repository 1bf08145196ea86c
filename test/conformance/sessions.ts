import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../src/identity/index.ts';
import {
  digestOf,
  nameIdSessionId,
  type SessionStore,
  type TransientStore,
} from '../../src/sessions/index.ts';
import { startSessionProcess, type SessionProcess } from '../support/session-process.ts';
import { sampleLogin, sampleSession, testClock } from '../support/sessions.ts';

export type OpenStore = SessionStore & { readonly transient: TransientStore };

/** One kind of store, set up for the suite. */
export interface SessionStoreUnderTest {
  readonly url: string;
  readonly redisPrefix: string;
  open(options: { now: () => number; log: Log }): Promise<OpenStore>;
  /** Everything the store holds, keys and values, as one text. */
  dump(): Promise<string>;
  /** Overwrites the stored login and data of a session with something else. */
  corrupt(digest: string, what: { login?: string; data?: string }): Promise<void>;
  /** True when short-lived facts expire by the store's own clock: then the suite really waits. */
  readonly ownClock: boolean;
  cleanUp(): Promise<void>;
}

const newId = () => randomBytes(32).toString('base64url');

/** What every session store must do. */
export function sessionStoreConformance(name: string, setUp: () => Promise<SessionStoreUnderTest>): void {
  describe(`session store: ${name}`, () => {
    const clock = testClock();
    const warnings: string[] = [];
    const note = (_fields: unknown, message: string) => void warnings.push(message);
    const log: Log = { debug() {}, info() {}, warn: note, error: note };
    let under: SessionStoreUnderTest;
    let store: OpenStore;
    let second: OpenStore;
    let other: SessionProcess;

    beforeAll(async () => {
      under = await setUp();
      store = await under.open({ now: clock.now, log });
      second = await under.open({ now: clock.now, log });
      other = await startSessionProcess(under.url, under.redisPrefix);
    });
    afterAll(async () => {
      await other?.stop();
      await second?.close();
      await store?.close();
      await under?.cleanUp();
    });

    const save = async (overrides: Parameters<typeof sampleSession>[2] = {}) => {
      const session = sampleSession(newId(), clock.now(), overrides);
      expect(await store.set(session, { fresh: true })).toBe(true);
      return session;
    };
    const user = () => `user-${newId()}`;

    describe('reading and writing', () => {
      it('gives back exactly what was stored, on every connection', async () => {
        const session = await save({
          login: sampleLogin({
            idp: {
              sid: 's',
              sessionIndex: 'i',
              nameId: { value: 'n', format: 'f', nameQualifier: 'q', spNameQualifier: 'p' },
              idToken: 'v1.sealed',
              refreshToken: 'v1.sealed2',
              expiresAt: clock.now() + 5,
            },
          }),
        });
        expect(await store.get(session.record.digest)).toEqual(session);
        expect(await second.get(session.record.digest)).toEqual(session);
      });

      it('knows nothing of a digest that was never stored', async () => {
        const digest = digestOf(newId());
        expect(await store.get(digest)).toBeUndefined();
        expect(await store.touch(digest, clock.now(), clock.now() + 1)).toBe(false);
        expect(await store.end(digest)).toBeUndefined();
      });

      it('does not bring a session to life that the caller did not make just now', async () => {
        const session = sampleSession(newId(), clock.now());
        expect(await store.set(session, { fresh: false })).toBe(false);
        expect(await store.get(session.record.digest)).toBeUndefined();
      });

      it('completes a session without a login with one, and finds it by user from then on', async () => {
        const userId = user();
        const session = await save({ login: undefined });
        expect((await store.get(session.record.digest))?.record.login).toBeUndefined();
        expect(await store.listByUser(userId)).toEqual([]);
        const complete = { ...session, record: { ...session.record, login: sampleLogin({ userId }) } };
        expect(await store.set(complete, { fresh: false })).toBe(true);
        expect(await store.listByUser(userId)).toEqual([complete.record]);
      });

      it('keeps the time of creation, and moves the absolute expiry only nearer', async () => {
        const session = await save();
        const { createdAt, absoluteExpiresAt } = session.record;
        const write = (absolute: number) =>
          store.set(
            { ...session, record: { ...session.record, createdAt: 1, absoluteExpiresAt: absolute } },
            { fresh: false },
          );
        await write(absoluteExpiresAt + 1000);
        expect((await store.get(session.record.digest))?.record).toMatchObject({
          createdAt,
          absoluteExpiresAt,
        });
        await write(absoluteExpiresAt - 1000);
        expect((await store.get(session.record.digest))?.record.absoluteExpiresAt).toBe(
          absoluteExpiresAt - 1000,
        );
      });

      it('treats corrupt data as signed out, says so once, and can still end it', async () => {
        const login = JSON.stringify(sampleLogin());
        const broken = [
          { login: '{"userId":' },
          { login: '"text"' },
          { login: 'null' },
          { login: login.replace('"user-1"', '7') },
          { login: login.replace('["pwd","otp"]', '["pwd",{}]') },
          { login: login.replace('{"sid":"sid-1"}', '[]') },
          { data: '{"passport"' },
          { data: '[1]' },
        ];
        for (const what of broken) {
          const userId = user();
          const { record } = await save({ login: sampleLogin({ userId }) });
          await under.corrupt(record.digest, what);
          warnings.length = 0;
          expect(await store.get(record.digest)).toBeUndefined();
          expect(await store.get(record.digest)).toBeUndefined();
          expect(await store.listByUser(userId)).toEqual([]);
          expect(warnings).toEqual(['a stored session cannot be read and is treated as signed out']);
          expect(await store.endByUser(userId)).toEqual([]);
          expect(await store.set({ record, data: '{}' }, { fresh: false })).toBe(false);
        }
      });

      it('stores neither session ids nor the keys of short-lived facts', async () => {
        const id = newId();
        const key = newId();
        await store.set(sampleSession(id, clock.now()), { fresh: true });
        await store.transient.put('login', key, 'a value', 60_000);
        await store.transient.addOnce('replay', key, 60_000);
        await store.transient.increment('limit', key, 60_000);
        const dump = await under.dump();
        expect(dump).toContain(digestOf(id));
        expect(dump).toContain(digestOf(key));
        expect(dump).not.toContain(id);
        expect(dump).not.toContain(key);
      });
    });

    describe('expiry', () => {
      it('ends at the idle expiry when nobody came', async () => {
        const { record } = await save();
        clock.advance(59_999);
        expect(await store.get(record.digest)).toBeDefined();
        clock.advance(1);
        expect(await store.get(record.digest)).toBeUndefined();
        expect(await store.touch(record.digest, clock.now(), clock.now() + 60_000)).toBe(false);
        expect(await store.set({ record, data: '{}' }, { fresh: false })).toBe(false);
        expect(await store.end(record.digest)).toBeUndefined();
      });

      it('lives on when touched, but never past the absolute expiry', async () => {
        const { record } = await save();
        const { digest } = record;
        for (let minute = 0; minute < 11; minute++) {
          clock.advance(50_000);
          expect(await store.touch(digest, clock.now(), clock.now() + 60_000)).toBe(true);
        }
        expect((await store.get(digest))?.record).toMatchObject({
          lastSeenAt: clock.now(),
          idleExpiresAt: clock.now() + 60_000,
          absoluteExpiresAt: record.absoluteExpiresAt,
        });
        clock.advance(50_000);
        expect(await store.get(digest)).toBeUndefined();
        expect(await store.touch(digest, clock.now(), clock.now() + 60_000)).toBe(false);
      });

      it('does not move the idle expiry back when touches arrive out of order', async () => {
        const { record } = await save();
        await store.touch(record.digest, clock.now() + 20, clock.now() + 90_000);
        await store.touch(record.digest, clock.now() + 10, clock.now() + 80_000);
        expect((await store.get(record.digest))?.record).toMatchObject({
          lastSeenAt: clock.now() + 20,
          idleExpiresAt: clock.now() + 90_000,
        });
      });

      it('does not let an expired id be used anew', async () => {
        const { record } = await save();
        clock.advance(60_000);
        await store.set({ record, data: '{}' }, { fresh: true });
        expect(await store.get(record.digest)).toBeUndefined();
      });
    });

    describe('endings', () => {
      it('ends a session once, and gives what was alive', async () => {
        const session = await save();
        expect(await second.end(session.record.digest)).toEqual(session.record);
        expect(await store.end(session.record.digest)).toBeUndefined();
        expect(await store.get(session.record.digest)).toBeUndefined();
      });

      it('never revives the dead, by whatever write', async () => {
        const session = await save();
        const { digest } = session.record;
        await store.end(digest);
        expect(await second.set(session, { fresh: false })).toBe(false);
        expect(await second.set(session, { fresh: true })).toBe(false);
        expect(await second.touch(digest, clock.now() + 1, clock.now() + 100_000)).toBe(false);
        clock.advance(300_000);
        expect(await second.set(session, { fresh: true })).toBe(false);
        expect(await store.get(digest)).toBeUndefined();
        expect(await store.listByUser('user-1')).not.toContainEqual(expect.objectContaining({ digest }));
      });

      it('leaves nothing personal of an ended session', async () => {
        const userId = user();
        const { record } = await save({ login: sampleLogin({ userId, address: '198.51.100.77' }) });
        await store.end(record.digest);
        const dump = await under.dump();
        expect(dump).not.toContain('198.51.100.77');
      });

      it('ends all sessions of a user and no others', async () => {
        const [ann, bob] = [user(), user()];
        const own = [
          await save({ login: sampleLogin({ userId: ann }) }),
          await save({ login: sampleLogin({ userId: ann }) }),
        ];
        const foreign = await save({ login: sampleLogin({ userId: bob }) });
        const digests = (records: readonly { digest: string }[]) =>
          records.map(({ digest }) => digest).sort();
        expect(digests(await store.endByUser(ann))).toEqual(digests(own.map(({ record }) => record)));
        expect(await store.endByUser(ann)).toEqual([]);
        expect(await store.listByUser(ann)).toEqual([]);
        expect(await store.listByUser(bob)).toEqual([foreign.record]);
        for (const session of own) expect(await store.set(session, { fresh: false })).toBe(false);
      });

      it('leaves every session dead when ending a user races with saves and touches of those sessions', async () => {
        const userId = user();
        const sessions = await Promise.all(
          Array.from({ length: 20 }, () => save({ login: sampleLogin({ userId }) })),
        );
        const work = sessions.flatMap((session, index) => {
          const at = index % 2 === 0 ? store : second;
          return [
            () => at.set(session, { fresh: false }),
            () => at.touch(session.record.digest, clock.now() + 1, clock.now() + 90_000),
          ];
        });
        const half = work.splice(0, work.length / 2);
        await Promise.all([
          ...half.map((step) => step()),
          second.endByUser(userId),
          ...work.map((step) => step()),
        ]);
        for (const { record } of sessions) expect(await store.get(record.digest)).toBeUndefined();
        expect(await store.listByUser(userId)).toEqual([]);
      });

      it('gives the ended record to exactly one of many who end it at once', async () => {
        const { record } = await save();
        const ended = await Promise.all(
          Array.from({ length: 20 }, (_, index) => (index % 2 ? store : second).end(record.digest)),
        );
        expect(ended.filter((one) => one !== undefined)).toEqual([record]);
      });
    });

    describe('renewing the tokens of a login', () => {
      const holding = (refreshToken: string) => sampleLogin({ idp: { sid: 'sid-1', refreshToken } });

      it('writes the login in place of the one with that token, and nothing else', async () => {
        const { record, data } = await save({ login: holding('t1') });
        const after = { ...holding('t2'), idp: { ...holding('t2').idp, checkedAt: clock.now() } };
        expect(await store.renew(record.digest, 't1', after)).toBe(true);
        expect(await second.get(record.digest)).toEqual({ record: { ...record, login: after }, data });
        expect(await store.findByIdpSession('https://idp.example', 'sid-1')).toContainEqual({
          ...record,
          login: after,
        });
      });

      it('writes nothing where another token is held by now, or none, or what is held cannot be read', async () => {
        const { record } = await save({ login: holding('t1') });
        expect(await store.renew(record.digest, 't0', holding('t2'))).toBe(false);
        expect((await store.get(record.digest))?.record.login).toEqual(holding('t1'));
        const without = await save();
        expect(await store.renew(without.record.digest, 't1', holding('t2'))).toBe(false);
        const odd = await save({ login: holding('t1') });
        await under.corrupt(odd.record.digest, { login: '{"idp":' });
        expect(await store.renew(odd.record.digest, 't1', holding('t2'))).toBe(false);
        expect(await store.renew(digestOf('nobody'), 't1', holding('t2'))).toBe(false);
      });

      it('lets one of twenty win who renew the same token at once, over connections', async () => {
        const { record } = await save({ login: holding('t1') });
        const tries = Array.from({ length: 20 }, (_, i) => `n${i}`);
        const won = await Promise.all(
          tries.map((token, i) => (i % 2 ? store : second).renew(record.digest, 't1', holding(token))),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
        expect((await store.get(record.digest))?.record.login).toEqual(
          holding(tries[won.indexOf(true)] ?? ''),
        );
      });

      it('never revives the dead, and ends with the session whichever of the two comes first', async () => {
        const { record } = await save({ login: holding('t1') });
        await store.end(record.digest);
        expect(await second.renew(record.digest, 't1', holding('t2'))).toBe(false);
        for (let round = 0; round < 10; round += 1) {
          const one = await save({ login: holding('t1') });
          const { digest } = one.record;
          await Promise.all([store.renew(digest, 't1', holding('t2')), second.end(digest)]);
          expect(await store.get(digest)).toBeUndefined();
        }
        const idle = await save({ login: holding('t1') });
        clock.advance(60_001);
        expect(await store.renew(idle.record.digest, 't1', holding('t2'))).toBe(false);
      });
    });

    describe('lists', () => {
      it("lists a user's live sessions, newest first", async () => {
        const userId = user();
        const saved = [];
        for (let index = 0; index < 3; index++) {
          saved.unshift((await save({ login: sampleLogin({ userId }) })).record);
          clock.advance(10);
        }
        expect(await store.listByUser(userId)).toEqual(saved);
        await store.end(saved[1]?.digest ?? '');
        expect(await store.listByUser(userId)).toEqual([saved[0], saved[2]]);
        clock.advance(60_000);
        expect(await store.listByUser(userId)).toEqual([]);
      });

      it('lists the newest live sessions of all, up to a limit', async () => {
        clock.advance(600_000);
        const saved = [];
        for (let index = 0; index < 4; index++) {
          saved.unshift((await save()).record);
          clock.advance(10);
        }
        await store.end(saved[0]?.digest ?? '');
        expect(await store.list({ limit: 2 })).toEqual(saved.slice(1, 3));
        expect(await store.list({ limit: 100 })).toEqual(saved.slice(1));
      });

      it('finds sessions by sid and by SessionIndex, at their issuer only', async () => {
        const [sid, sessionIndex, issuer] = [newId(), newId(), `https://${newId()}.example`];
        const { record } = await save({ login: sampleLogin({ issuer, idp: { sid, sessionIndex } }) });
        expect(await store.findByIdpSession(issuer, sid)).toEqual([record]);
        expect(await store.findByIdpSession(issuer, sessionIndex)).toEqual([record]);
        expect(await store.findByIdpSession('https://other.example', sid)).toEqual([]);
        expect(await store.findByIdpSession(issuer, 'other')).toEqual([]);
        await store.end(record.digest);
        expect(await store.findByIdpSession(issuer, sid)).toEqual([]);
      });

      it('finds all sessions of a SAML NameID, at its issuer only', async () => {
        const idp = { sessionIndex: newId(), nameId: { value: `ann-${newId()}` } };
        const { record } = await save({ login: sampleLogin({ idp }) });
        const key = nameIdSessionId(idp.nameId.value);
        expect(await second.findByIdpSession('https://idp.example', key)).toEqual([record]);
        expect(await store.findByIdpSession('https://other.example', key)).toEqual([]);
        expect(await store.findByIdpSession('https://idp.example', idp.nameId.value)).toEqual([]);
      });

      it('finds every session of one SessionIndex', async () => {
        const sessionIndex = newId();
        const login = sampleLogin({ idp: { sessionIndex } });
        const saved = [await save({ login }), await save({ login })].map(({ record }) => record.digest);
        const found = await second.findByIdpSession(login.issuer, sessionIndex);
        expect(found.map(({ digest }) => digest).sort()).toEqual(saved.sort());
      });
    });

    describe('freshness', () => {
      it('tells listeners of its own changes at once', async () => {
        const told: (string | undefined)[] = [];
        store.freshness.onInvalidated((key) => told.push(key));
        const { record } = await save();
        expect(told).toContain(record.digest);
        told.length = 0;
        await store.end(record.digest);
        expect(told).toContain(record.digest);
      });

      it('never trusts a cache after another process ended a session, unless the listener was told', async () => {
        const told: (string | undefined)[] = [];
        second.freshness.onInvalidated((key) => told.push(key));
        for (let round = 0; round < 5; round++) {
          const { record } = await save({
            absoluteExpiresAt: clock.now() + 10_000_000,
            idleExpiresAt: clock.now() + 10_000_000,
          });
          second.freshness.check();
          told.length = 0;
          expect(await other.ask({ do: 'end', digest: record.digest })).not.toBeNull();
          if (second.freshness.check() === 'trusted')
            expect(told.some((key) => key === undefined || key === record.digest)).toBe(true);
          expect(await second.get(record.digest)).toBeUndefined();
        }
      });
    });

    describe('short-lived facts', () => {
      const pass = async (milliseconds: number) => {
        clock.advance(milliseconds);
        if (under.ownClock) await sleep(milliseconds);
      };

      it('keeps a value until it expires, by kind and key', async () => {
        const key = newId();
        await store.transient.put('login', key, 'välue', 100);
        expect(await second.transient.get('login', key)).toBe('välue');
        expect(await store.transient.get('other', key)).toBeUndefined();
        await store.transient.put('login', key, 'newer', 150);
        expect(await store.transient.get('login', key)).toBe('newer');
        await pass(160);
        expect(await store.transient.get('login', key)).toBeUndefined();
        expect(await store.transient.take('login', key)).toBeUndefined();
      });

      it('gives a value to exactly one of fifty takers, over connections and processes', async () => {
        for (let round = 0; round < 3; round++) {
          const key = newId();
          await store.transient.put('login', key, 'prize', 600_000_000);
          const [theirs, ...ours] = await Promise.all([
            other.ask({ do: 'take', key, times: 20 }),
            ...Array.from({ length: 50 }, (_, index) =>
              (index % 2 ? store : second).transient.take('login', key),
            ),
          ]);
          const all = [...ours, ...(theirs as (string | null)[])];
          expect(all.filter((value) => value === 'prize')).toHaveLength(1);
          expect(await store.transient.get('login', key)).toBeUndefined();
        }
      });

      it('lets exactly one of fifty add a record, over connections and processes, and another after it expired', async () => {
        const key = newId();
        const [theirs, ...ours] = await Promise.all([
          other.ask({ do: 'addOnce', key, times: 20 }),
          ...Array.from({ length: 50 }, (_, index) =>
            (index % 2 ? store : second).transient.addOnce('replay', key, 600_000_000),
          ),
        ]);
        expect([...ours, ...(theirs as boolean[])].filter(Boolean)).toHaveLength(1);

        const short = newId();
        expect(await store.transient.addOnce('replay', short, 100)).toBe(true);
        expect(await store.transient.addOnce('replay', short, 100)).toBe(false);
        await pass(120);
        expect(await store.transient.addOnce('replay', short, 100)).toBe(true);
      });

      it('counts every one of fifty callers once, over connections and processes', async () => {
        const key = newId();
        const [theirs, ...ours] = await Promise.all([
          other.ask({ do: 'increment', key, times: 20 }),
          ...Array.from({ length: 50 }, (_, index) =>
            (index % 2 ? store : second).transient.increment('limit', key, 600_000_000),
          ),
        ]);
        const counts = [...ours, ...(theirs as { count: number }[])].map(({ count }) => count);
        expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, index) => index + 1));
      });

      it('counts in a fixed window that starts with the first call', async () => {
        const key = newId();
        const first = await store.transient.increment('limit', key, 200);
        expect(first.count).toBe(1);
        expect(first.resetsAt).toBeGreaterThan(clock.now());
        expect(first.resetsAt).toBeLessThanOrEqual(clock.now() + 200);
        await pass(50);
        const again = await store.transient.increment('limit', key, 200);
        expect(again.count).toBe(2);
        expect(again.resetsAt).toBeLessThanOrEqual(first.resetsAt + (under.ownClock ? 20 : 0));
        await pass(220);
        expect((await store.transient.increment('limit', key, 200)).count).toBe(1);
      });
    });

    describe('lifecycle', () => {
      it('answers a ping, keeps sessions over closing and opening, and refuses once closed', async () => {
        const brief = await under.open({ now: clock.now, log });
        await brief.ping();
        const session = sampleSession(newId(), clock.now());
        await brief.set(session, { fresh: true });
        await brief.close();
        await expect(brief.get(session.record.digest)).rejects.toMatchObject({ code: 'store_unavailable' });
        await expect(brief.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
        const again = await under.open({ now: clock.now, log });
        expect(await again.get(session.record.digest)).toEqual(session);
        await again.close();
      });
    });
  });
}
