import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Admission } from '../../../src/gate/index.ts';
import { gateWorld, signedCookie, snapshot, type GateWorld } from '../../support/gate-world.ts';

const user = snapshot();

async function ask(world: GateWorld, cookie: string | undefined): Promise<Admission> {
  return world.gate.admit({ cookie, method: 'GET', host: 'catalog.example', path: '/' });
}

async function kind(world: GateWorld, cookie: string | undefined): Promise<string> {
  return (await ask(world, cookie)).kind;
}

describe('admission', () => {
  it('lets a person with a live session in, with role and headers of their groups now', async () => {
    const world = gateWorld();
    const admission = await ask(world, world.signIn('one'));
    expect(admission).toMatchObject({
      kind: 'admitted',
      identity: { role: 'guest', user: { id: user.id }, session: { login: { provider: 'okta' } } },
    });
  });

  it('answers from memory the second time, and at once', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    const again = world.gate.admit({
      cookie: `theme=dark; ${cookie}; x=y`,
      method: 'GET',
      host: undefined,
      path: undefined,
    });
    expect(again).toMatchObject({ kind: 'admitted' });
    expect([world.sessionStore.asked, world.directoryStore.asked, world.counters.asked]).toEqual([1, 1, 1]);
  });

  it('knows nobody without a cookie, with a foreign one, one signed with another secret, or one never issued', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    const forged = signedCookie('one', 'another secret of thirty-two characters');
    const never = signedCookie('never', world.config.secrets[0] ?? '');
    for (const header of [
      undefined,
      '',
      ';;;',
      'doorward',
      'other=1',
      `x${cookie}`,
      `x=${cookie}`,
      '__Host-doorward=',
      '__Host-doorward=%',
      '__Host-doorward=s%3Aone',
      `__Host-doorward=${forged}`,
      `__Host-doorward=${never}`,
      `${cookie}x`,
    ]) {
      expect([header, await kind(world, header)]).toEqual([header, 'signed_out']);
    }
  });

  it('accepts a cookie signed with an older secret', async () => {
    const secrets = [
      'a new secret of at least thirty-two characters',
      'an old secret of at least thirty-two characters',
    ];
    const world = gateWorld({ secrets });
    world.signIn('one');
    expect(await kind(world, `__Host-doorward=${signedCookie('one', secrets[1] ?? '')}`)).toBe('admitted');
  });

  it('admits nobody whose login is not complete', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one', {}, { login: undefined });
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('of two cookies of ours believes the one that lives, and neither when both do', async () => {
    const world = gateWorld();
    const [one, two] = [world.signIn('one'), world.signIn('two')];
    expect(await kind(world, `${one}; ${two}`)).toBe('signed_out');
    world.end('two');
    expect(await kind(world, `${two}; ${one}`)).toBe('admitted');
    world.end('one');
    expect(await kind(world, `${two}; ${one}`)).toBe('signed_out');
  });

  it.each(['trusted', 'ask'] as const)(
    'sees an ended session on the next request (stores: %s)',
    async (freshness) => {
      const world = gateWorld();
      world.sessionStore.freshness = freshness;
      world.directoryStore.freshness = freshness;
      const cookie = world.signIn('one');
      expect(await kind(world, cookie)).toBe('admitted');
      world.end('one');
      expect(await kind(world, cookie)).toBe('signed_out');
    },
  );

  it.each(['trusted', 'ask'] as const)(
    'sees changes of a user on the next request (stores: %s)',
    async (freshness) => {
      const world = gateWorld();
      world.sessionStore.freshness = freshness;
      world.directoryStore.freshness = freshness;
      const cookie = world.signIn('one');
      await ask(world, cookie);

      world.setUser(user.id, { ...user, version: 2, groups: ['stewards'] });
      expect(await ask(world, cookie)).toMatchObject({
        identity: { role: 'admin', headers: expect.arrayContaining(['stewards', 'admin']) },
      });
      world.setUser(user.id, { ...user, version: 3, deactivatedAt: 1 });
      expect(await ask(world, cookie)).toEqual({ kind: 'refused', reason: 'deactivated_by_scim' });
      world.setUser(user.id, { ...user, version: 4, deactivatedAt: 1, disabledAt: 1 });
      expect(await ask(world, cookie)).toEqual({ kind: 'refused', reason: 'disabled_locally' });
      world.setUser(user.id, { ...user, version: 5 });
      expect(await kind(world, cookie)).toBe('admitted');
      world.setUser(user.id, undefined);
      expect(await kind(world, cookie)).toBe('signed_out');
      expect(world.sessionStore.ended).toHaveLength(1);
    },
  );

  it('forgets everything when a store cannot say what changed', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    world.sessionStore.invalidate(undefined);
    world.directoryStore.invalidate(undefined);
    expect(await kind(world, cookie)).toBe('admitted');
    expect([world.sessionStore.asked, world.directoryStore.asked]).toEqual([2, 2]);
  });

  it('asks while nobody tells of changes, and forgets what it is told of when the telling begins again', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    world.sessionStore.freshness = 'ask';
    world.directoryStore.freshness = 'ask';
    await ask(world, cookie);
    expect(world.sessionStore.asked).toBe(2);
    world.end('one');
    world.sessionStore.freshness = 'trusted';
    world.directoryStore.freshness = 'trusted';
    world.sessionStore.invalidate(undefined);
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('feels an end that comes while the session is being read', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    world.sessionStore.meanwhile = () => world.end('one');
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('feels an end that comes while the user is being read', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    world.directoryStore.meanwhile = () => world.end('one');
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('feels a disabling that comes while the user is being read', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    world.directoryStore.meanwhile = () => world.setUser(user.id, { ...user, version: 2, disabledAt: 1 });
    expect(await kind(world, cookie)).toBe('refused');
    expect(await kind(world, cookie)).toBe('refused');
  });

  it('ends at the absolute expiry, however much a session is used', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one', {}, { absoluteExpiresAt: world.now + 5000 });
    expect(await kind(world, cookie)).toBe('admitted');
    world.now += 4999;
    expect(await kind(world, cookie)).toBe('admitted');
    world.now += 1;
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('ends at the idle expiry, unless another process saw the person meanwhile', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    const look = { cookie, method: 'GET', host: undefined, path: undefined, passive: true };
    expect(await world.gate.admit(look)).toMatchObject({ kind: 'admitted' });
    world.now += world.config.session.idle;
    expect(await world.gate.admit(look)).toEqual({ kind: 'signed_out' });
    world.signIn('one');
    expect(await world.gate.admit(look)).toMatchObject({ kind: 'admitted' });
    world.now += world.config.session.idle - 1;
    world.signIn('one');
    world.now += 1;
    expect(await world.gate.admit(look)).toMatchObject({ kind: 'admitted' });
  });

  it('knows nobody from a provider that is configured no more', async () => {
    const world = gateWorld();
    expect(await kind(world, world.signIn('one', { provider: 'gone' }))).toBe('signed_out');
  });

  it('keeps working when it may remember few sessions only', async () => {
    const world = gateWorld({}, { capacity: 10 });
    const cookies = Array.from({ length: 200 }, (_, index) => world.signIn(`session-${index}`));
    for (let round = 0; round < 2; round += 1) {
      for (const cookie of cookies) expect(await kind(world, cookie)).toBe('admitted');
    }
    expect(world.sessionStore.asked).toBeGreaterThan(300);
    world.end('session-199');
    expect(await kind(world, cookies[199])).toBe('signed_out');
  });
});

describe('a session in use', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance'] }));
  afterEach(() => void jest.useRealTimers());

  async function pass(world: GateWorld, milliseconds: number): Promise<void> {
    world.now += milliseconds;
    await jest.advanceTimersByTimeAsync(milliseconds);
  }

  it('is written down at most once a minute, with when it was last used', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one', {}, { absoluteExpiresAt: world.now + 3_000_000 });
    const begin = world.now;
    for (let second = 0; second < 150; second += 1) {
      await ask(world, cookie);
      await pass(world, 1000);
    }
    expect(world.sessionStore.touched).toHaveLength(2);
    await pass(world, 60_000);
    expect(world.sessionStore.touched).toHaveLength(3);
    const admission = await ask(world, cookie);
    if (admission.kind !== 'admitted') throw new Error(admission.kind);
    const { session } = admission.identity;
    expect(session.lastSeenAt).toBe(begin + 149_000);
    expect(session.idleExpiresAt).toBe(session.absoluteExpiresAt);
  });

  it('lives as long as it is used, and ends exactly the idle limit after its last use', async () => {
    const session = { idle: 8000, absolute: 36_000_000, cookieDomain: undefined };
    const world = gateWorld({ session });
    const cookie = world.signIn('one');
    for (let round = 0; round < 10; round += 1) {
      await pass(world, 7900);
      expect([round, await kind(world, cookie)]).toEqual([round, 'admitted']);
      await pass(world, 50);
    }
    await pass(world, 7900);
    expect(await kind(world, cookie)).toBe('admitted');
    await pass(world, 8000);
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('is forgotten when it turns out to be over as it is written down', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    // Lost by the store, which tells nobody: only the touch finds out.
    world.sessionStore.freshness = 'ask';
    world.end('one');
    world.sessionStore.freshness = 'trusted';
    expect(await kind(world, cookie)).toBe('admitted');
    await pass(world, 60_000);
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('is written down later when the store is down', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    world.sessionStore.down = true;
    await pass(world, 60_000);
    expect(await kind(world, cookie)).toBe('admitted');
    world.sessionStore.down = false;
    await pass(world, 60_000);
    expect(world.sessionStore.touched).toHaveLength(1);
  });
});

describe('admission while a store is down', () => {
  afterEach(() => void jest.useRealTimers());

  it('lets nobody in whom it cannot find out about', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    world.sessionStore.down = true;
    expect(await kind(world, cookie)).toBe('unavailable');
    world.sessionStore.down = false;
    world.directoryStore.down = true;
    expect(await kind(world, cookie)).toBe('unavailable');
    world.directoryStore.down = false;
    expect(await kind(world, cookie)).toBe('admitted');
  });

  it('lets nobody in whom it remembers, either, when the store no longer tells of changes', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    world.sessionStore.freshness = 'ask';
    world.sessionStore.down = true;
    expect(await kind(world, cookie)).toBe('unavailable');
  });

  it('waits for a silent store well under two seconds', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const world = gateWorld();
    const cookie = world.signIn('one');
    world.sessionStore.silent = true;
    const answer = kind(world, cookie);
    await jest.advanceTimersByTimeAsync(1600);
    expect(await answer).toBe('unavailable');
  });

  it('uses remembered answers for as long as the setting says, and no longer', async () => {
    const state = { directory: 'sqlite:', sessions: 'sqlite:', redisPrefix: '', grace: 5000 };
    const world = gateWorld({ state });
    const cookie = world.signIn('one');
    await ask(world, cookie);
    world.now += 600_000;
    await ask(world, cookie);
    for (const store of [world.sessionStore, world.directoryStore]) {
      store.freshness = 'ask';
      store.down = true;
    }
    world.now += 5000;
    expect(await kind(world, cookie)).toBe('admitted');
    expect(world.logged.some(({ level }) => level === 'warn')).toBe(true);
    expect(await kind(world, world.signIn('two'))).toBe('unavailable');
    world.now += 1;
    expect(await kind(world, cookie)).toBe('unavailable');
  });

  it('asks a Freshness that fails for nothing more', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    Object.defineProperty(world.sessionStore, 'freshness', {
      get() {
        throw new Error('disk I/O error');
      },
    });
    world.sessionStore.down = true;
    expect(await kind(world, cookie)).toBe('unavailable');
  });
});
