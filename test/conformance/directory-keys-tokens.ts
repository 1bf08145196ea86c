import { describe, expect, it } from '@jest/globals';
import type { ApiToken, GatewayProcess, OwnKey } from '../../src/directory/index.ts';
import { commit, createPlan } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

const actor = { kind: 'command', name: 'test' } as const;

/** The gateway's own keys, and the tokens that people made for their scripts. */
export function directoryKeysAndTokens(world: DirectoryWorld): void {
  describe('metadata of identity providers', () => {
    it('are kept one document a provider, the newest, for every process', async () => {
      const { keepMetadata } = world.directory.idpMetadata;
      const { readMetadata } = world.second.idpMetadata;
      const kept = { provider: 'adfs', source: 's1', fetchedAt: 1_700_000_000_000, metadata: '{"a":"Łódź"}' };
      expect(await readMetadata('adfs')).toBeUndefined();
      await keepMetadata(kept);
      expect(await readMetadata('adfs')).toEqual(kept);
      await keepMetadata({ ...kept, source: 's2', metadata: '{}' });
      expect(await readMetadata('adfs')).toEqual({ ...kept, source: 's2', metadata: '{}' });
      expect(await readMetadata('okta')).toBeUndefined();
    });
  });

  describe('own keys', () => {
    const key = (generation: number, id: string, use = 'assertion'): OwnKey => ({
      use,
      generation,
      id,
      publicPart: '{"kty":"EC"}',
      sealed: `v1.${id}`,
      createdAt: 1_000,
      signsFrom: 2_000,
      overlap: 3_000,
    });
    const event =
      (of: OwnKey, type: 'key.created' | 'key.hastened' = 'key.created') =>
      () => [{ type, at: 5, actor, use: of.use, keyId: of.id, signsFrom: of.signsFrom } as const];

    it('are made once a generation, whoever comes first, and the audit log knows of that one', async () => {
      const [here, there] = [world.directory.ownKeys(), world.second.ownKeys()];
      const added = await Promise.all(
        Array.from({ length: 8 }, (_, index) => {
          const mine = key(1, `race-${index}`);
          return (index % 2 === 0 ? here : there).addKey(mine, event(mine));
        }),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
      const [stored, ...others] = await there.readKeys();
      expect(others).toEqual([]);
      expect(stored).toEqual(key(1, `race-${added.indexOf(true)}`));
      const events = await world.directory.read({ type: 'key.created' });
      expect(events.map((each) => each.event)).toMatchObject([{ keyId: stored?.id }]);
    });

    it('sign sooner, are sealed anew, and are forgotten, each by use and generation', async () => {
      const keys = world.directory.ownKeys();
      const [second, saml] = [key(2, 'second'), key(1, 'other use', 'saml-signing')];
      await keys.addKey(second, event(second));
      await keys.addKey(saml, event(saml));
      const sooner = { ...second, signsFrom: 1_500, overlap: 0 };
      await keys.hastenKey(sooner, event(sooner, 'key.hastened'));
      await keys.resealKey({ ...sooner, sealed: 'v1.anew' });
      await keys.forgetKeys('assertion', 2);
      expect(await world.second.ownKeys().readKeys()).toEqual([{ ...sooner, sealed: 'v1.anew' }, saml]);
      expect(await world.directory.read({ type: 'key.hastened' })).toHaveLength(1);
    });
  });

  describe('gateways that run', () => {
    const gateway = (id: string, changes: Partial<GatewayProcess> = {}): GatewayProcess => {
      return { id, host: 'a', pid: 7, program: '1.0.0', configVersion: 'one', startedAt: 5, ...changes };
    };

    it('are listed by all, with the configuration that each has now, until they stop', async () => {
      const [here, there] = [world.directory.gateways, world.second.gateways];
      await here.seen(gateway('first', { host: 'b' }));
      await there.seen(gateway('second'));
      await here.seen(gateway('first', { host: 'b', configVersion: 'two' }));
      const listed = await there.list(60_000);
      expect(listed).toEqual([
        { ...gateway('second'), age: expect.any(Number) },
        { ...gateway('first', { host: 'b', configVersion: 'two' }), age: expect.any(Number) },
      ]);
      expect(listed.every(({ age }) => age >= 0 && age < 60_000)).toBe(true);
      await there.gone('second');
      await there.gone('second');
      expect((await here.list(60_000)).map(({ id }) => id)).toEqual(['first']);
    });

    it('are not listed when they were not seen for longer, and forgotten after a day', async () => {
      await world.directory.gateways.seen(gateway('gone'));
      await world.under.run(world.url, `update gateways set seen_at = seen_at - 50000 where id = 'gone'`);
      const ids = async (within: number) =>
        (await world.second.gateways.list(within)).map(({ id }) => id).toSorted();
      expect(await ids(45_000)).toEqual(['first']);
      expect(await ids(90_000)).toEqual(['first', 'gone']);
      await world.under.run(world.url, `update gateways set seen_at = seen_at - 90000000 where id = 'gone'`);
      await world.second.gateways.seen(gateway('first'));
      expect(await world.under.run(world.url, 'select id from gateways')).toEqual([{ id: 'first' }]);
    });
  });

  describe('personal tokens', () => {
    let made = 0;
    const token = (userId: string, changes: Partial<ApiToken> = {}): ApiToken => {
      made += 1;
      return {
        id: `token-${made}`,
        userId,
        provider: 'okta',
        name: 'nightly export',
        digest: `digest-${made}`,
        createdAt: 1_000,
        expiresAt: 9_000,
        lastUsedAt: undefined,
        revokedAt: undefined,
        ...changes,
      };
    };
    const event = (of: ApiToken, type: 'token.created' | 'token.revoked' = 'token.created') => [
      { type, at: 5, actor, userId: of.userId, tokenId: of.id, tokenName: of.name } as const,
    ];

    it('are found by digest, listed newest first, and noted when used', async () => {
      const { apiTokens } = world.directory;
      const user = await commit(world.directory, createPlan());
      const [older, newer] = [token(user.id), token(user.id, { createdAt: 2_000, name: 'Łukasz’ BI' })];
      for (const each of [older, newer]) {
        expect(await apiTokens.addToken(each, 10, () => event(each))).toBe('added');
      }
      expect(await world.second.apiTokens.findToken(newer.digest)).toEqual(newer);
      expect(await apiTokens.findToken('digest-of-nothing')).toBeUndefined();
      await apiTokens.tokenUsed(newer.id, 4_000);
      await apiTokens.tokenUsed(newer.id, 3_000);
      expect(await apiTokens.listTokens(user.id)).toEqual([{ ...newer, lastUsedAt: 4_000 }, older]);
      expect((await apiTokens.listTokens()).length).toBeGreaterThanOrEqual(2);
      const events = await world.directory.read({ type: 'token.created', user: user.id });
      expect(events).toHaveLength(2);
    });

    it('are limited in number, counting those that still live', async () => {
      const { apiTokens } = world.directory;
      const user = await commit(world.directory, createPlan());
      const add = (changes: Partial<ApiToken>) => {
        const each = token(user.id, changes);
        return apiTokens.addToken(each, 2, () => event(each));
      };
      expect(await add({ expiresAt: 2_000 })).toBe('added');
      expect(await add({ createdAt: 3_000 })).toBe('added');
      expect(await add({ createdAt: 3_000 })).toBe('added');
      expect(await add({ createdAt: 3_000 })).toBe('too_many');
      const stranger = token('nobody');
      expect(await apiTokens.addToken(stranger, 2, () => event(stranger))).toBe('no_user');
    });

    it('are revoked by their owner only, once, and every process is told to forget the user', async () => {
      const [here, there] = [world.directory, world.second];
      const [ann, bob] = [await commit(here, createPlan()), await commit(here, createPlan())];
      const own = token(ann.id);
      await here.apiTokens.addToken(own, 10, () => event(own));
      there.freshness.check();
      const told: (string | undefined)[] = [];
      there.freshness.onInvalidated((userId) => told.push(userId));
      const revoke = (userId: string) =>
        here.apiTokens.revokeToken(userId, own.id, 4_000, (each) => event(each, 'token.revoked'));
      expect(await revoke(bob.id)).toBeUndefined();
      expect(await revoke(ann.id)).toEqual({ ...own, revokedAt: 4_000 });
      expect(await revoke(ann.id)).toBeUndefined();
      // On PostgreSQL the news come on a connection of their own.
      const heard = () => told.some((userId) => userId === undefined || userId === ann.id);
      for (let tries = 0; tries < 200 && !heard(); tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        there.freshness.check();
      }
      expect(heard()).toBe(true);
      expect(await there.apiTokens.findToken(own.digest)).toMatchObject({ revokedAt: 4_000 });
      expect(await here.read({ type: 'token.revoked', user: ann.id })).toHaveLength(1);
    });

    it('are gone with the user', async () => {
      const user = await commit(world.directory, createPlan());
      const own = token(user.id);
      await world.directory.apiTokens.addToken(own, 10, () => event(own));
      await world.directory.eraseUser(user.id);
      expect(await world.directory.apiTokens.findToken(own.digest)).toBeUndefined();
    });
  });
}
