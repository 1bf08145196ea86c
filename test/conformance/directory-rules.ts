import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LastClaims } from '../../src/directory/index.ts';
import { commit, createPlan, loginGroups } from '../support/directory.ts';
import { preview, type PreviewRules } from '../../src/jit/index.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** Last claims, and the rules that were in force. */
export function directoryRules(world: DirectoryWorld): void {
  const claims = (
    identity: { issuer: string; subject: string },
    more: Partial<LastClaims> = {},
  ): LastClaims => ({
    issuer: identity.issuer,
    subject: identity.subject,
    provider: 'okta',
    at: 1,
    groups: ['Data “Łódź”', "it's"],
    roles: ['Reader'],
    emailDomain: 'acme.example',
    emailVerified: true,
    ...more,
  });
  const somebody = async (groups: string[] = []) => {
    const user = await commit(world.directory, createPlan({ memberships: loginGroups(groups) }));
    const [identity] = user.identities;
    if (!identity) throw new Error('no identity');
    return { user, identity };
  };

  describe('last claims', () => {
    it('are kept for known identities only, and change only where they differ', async () => {
      const { user, identity } = await somebody();
      const stranger = claims({ issuer: 'https://nobody.example', subject: randomUUID() });
      await world.directory.keepClaims([claims(identity), stranger]);
      expect(await world.second.claimsOf(user.id)).toEqual([claims(identity)]);
      await world.second.keepClaims([claims(identity, { at: 2 })]);
      expect(await world.directory.claimsOf(user.id)).toEqual([claims(identity)]);
      const absent = claims(identity, { at: 3, groups: 'absent', emailDomain: undefined });
      await world.second.keepClaims([absent]);
      expect(await world.directory.claimsOf(user.id)).toEqual([absent]);
    });

    it('are apart for two providers of one identity, and both are found by either', async () => {
      const { user, identity } = await somebody();
      const provider = `saml-${randomUUID()}`;
      await world.directory.keepClaims([claims(identity), claims(identity, { provider, at: 9 })]);
      const found = await world.directory.listKnownLogins({ providers: [provider], limit: 5 });
      expect(found).toEqual([
        { user: await world.directory.findUser(user.id), claims: [claims(identity, { provider, at: 9 })] },
      ]);
      expect(await world.directory.countKnownLogins([provider])).toBe(1);
      expect(await world.directory.countKnownLogins([])).toBe(0);
    });

    it('go with the identity that is taken away, and with the person who is erased', async () => {
      const [one, other] = [await somebody(), await somebody()];
      await world.directory.keepClaims([claims(one.identity), claims(other.identity)]);
      await world.directory.unlinkIdentity(one.user.id, one.identity);
      await world.directory.eraseUser(other.user.id);
      const left = await world.under.run(world.url, `select subject from last_claims`);
      const subjects = left.map((row) => (row as { subject: string }).subject);
      expect(subjects).not.toContain(one.identity.subject);
      expect(subjects).not.toContain(other.identity.subject);
    });

    it('are read page by page, everybody once, for a preview of other rules', async () => {
      const provider = `p-${randomUUID()}`;
      const ids: string[] = [];
      for (let count = 0; count < 7; count += 1) {
        const source = { kind: 'login', provider } as const;
        const user = await commit(
          world.directory,
          createPlan({ provider, memberships: { source, add: ['engineers'], remove: [] } }),
        );
        const [identity] = user.identities;
        if (identity && count > 0)
          await world.directory.keepClaims([claims(identity, { provider, groups: ['Data'] })]);
        ids.push(user.id);
      }
      const seen: string[] = [];
      for (let after: string | undefined; seen.length < 7;) {
        const found = await world.second.listKnownLogins({ providers: [provider], after, limit: 3 });
        seen.push(...found.map(({ user }) => user.id));
        after = seen.at(-1);
      }
      expect(seen).toEqual(ids.toSorted());
      const rules = (group: string): PreviewRules => ({
        id: provider,
        admit: { emailDomains: [], requireGroups: [] },
        jit: { create: true },
        groups: { whenMissing: 'keep', map: [['Data', group]], unmapped: 'ignore' },
        role: { default: 'guest', map: [] },
        reads: { claims: ['groups'] },
      });
      const result = await preview(world.second, [rules('engineers')], [rules('platform')]);
      expect(result.providers).toMatchObject([{ people: 7, changed: 7, gained: 7, lost: 7, share: 1 }]);
    });
  });

  describe('rules in force', () => {
    it('are those that were taken over last, by whatever process', async () => {
      await world.directory.putRules({ version: 'one', since: 10, rules: { a: ['Łódź'] } });
      await world.second.putRules({ version: 'two', since: 20, rules: { b: 1 } });
      expect(await world.directory.rulesInForce()).toEqual({ version: 'two', since: 20, rules: { b: 1 } });
      await world.directory.putRules({ version: 'one', since: 30, rules: { a: [] } });
      expect(await world.second.rulesInForce()).toEqual({ version: 'one', since: 30, rules: { a: [] } });
    });

    it('keep a few of those before, and no more', async () => {
      for (let since = 100; since < 130; since += 1)
        await world.directory.putRules({ version: `v${since}`, since, rules: {} });
      expect(await world.under.run(world.url, 'select version from rules_in_force')).toHaveLength(20);
      expect((await world.directory.rulesInForce())?.version).toBe('v129');
    });

    it('are accepted by their exact version, with a record, once', async () => {
      const version = randomUUID();
      expect(await world.directory.areAccepted(version)).toBe(false);
      const record = () => [
        {
          type: 'config.accepted' as const,
          at: 1,
          actor: { kind: 'system' as const },
          version,
          reference: version,
        },
      ];
      await world.directory.acceptRules(version, 1, record);
      await world.second.acceptRules(version, 2, record);
      expect(await world.second.areAccepted(version)).toBe(true);
      expect(await world.directory.areAccepted(`${version}x`)).toBe(false);
      expect(await world.directory.read({ reference: version })).toHaveLength(1);
    });
  });
}
