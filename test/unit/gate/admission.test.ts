import { afterEach, describe, expect, it, jest } from '@jest/globals';
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

  it('ends at the absolute expiry without asking anybody, and at the idle one unless another process saw the person', async () => {
    const world = gateWorld();
    const cookie = world.signIn(
      'one',
      {},
      { idleExpiresAt: world.now + 1000, absoluteExpiresAt: world.now + 5000 },
    );
    expect(await kind(world, cookie)).toBe('admitted');
    world.now += 1000;
    expect(await kind(world, cookie)).toBe('signed_out');
    world.signIn('one', {}, { idleExpiresAt: world.now + 9000, absoluteExpiresAt: world.now + 4000 });
    expect(await kind(world, cookie)).toBe('admitted');
    world.now += 4000;
    expect(await kind(world, cookie)).toBe('signed_out');
  });

  it('tells the store that a session is in use at most once a minute, and never beyond its absolute expiry', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one', {}, { absoluteExpiresAt: world.now + 1_800_000 });
    await ask(world, cookie);
    for (let second = 0; second < 150; second += 1) {
      world.now += 1000;
      await ask(world, cookie);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(world.sessionStore.touched).toHaveLength(2);
    const admission = await ask(world, cookie);
    if (admission.kind !== 'admitted') throw new Error(admission.kind);
    expect(admission.identity.session.idleExpiresAt).toBe(admission.identity.session.absoluteExpiresAt);
    expect(admission.identity.session.lastSeenAt).toBe(world.now - 30_000);
  });

  it('forgets a session that turns out to be over when it is touched', async () => {
    const world = gateWorld();
    const cookie = world.signIn('one');
    await ask(world, cookie);
    world.sessionStore.freshness = 'trusted';
    // Lost by the store, which tells nobody: only the touch finds out.
    world.sessionStore.freshness = 'ask';
    world.end('one');
    world.sessionStore.freshness = 'trusted';
    world.now += 61_000;
    expect(await kind(world, cookie)).toBe('admitted');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await kind(world, cookie)).toBe('signed_out');
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
