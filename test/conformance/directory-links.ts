import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { IdentityAssertion, User } from '../../src/identity/index.ts';
import { login } from '../../src/jit/index.ts';
import { assertionOf, policyOf } from '../support/people.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** People who are known before an identity is: added by an administrator, or known by another provider. */
export function directoryLinks(world: DirectoryWorld): void {
  const domain = 'acme.example';
  const policy = (id: string, linkBy: 'none' | 'verifiedEmail' | 'externalId', create = true) => ({
    ...policyOf({ admit: { emailDomains: [domain] } }),
    id,
    jit: { create, linkBy, linkTo: { [domain]: ['entra', 'okta', 'google'] } },
  });
  const person = (email = `${randomUUID()}@${domain}`): IdentityAssertion =>
    assertionOf({ subject: randomUUID(), email, userName: email, groups: { kind: 'absent' } });
  const signIn = (assertion: IdentityAssertion, rules: ReturnType<typeof policy>) =>
    login(
      world.directory,
      { ...assertion, issuer: `https://${rules.id}.example`, provider: rules.id },
      rules,
      () => 9,
    );
  const userOfLogin = async (...args: Parameters<typeof signIn>): Promise<User> => {
    const outcome = await signIn(...args);
    if (outcome.kind !== 'admitted') throw new Error(outcome.reason);
    return outcome.user;
  };

  describe('linking', () => {
    it('is off: the same verified address at another provider is another user', async () => {
      const ann = person();
      const first = await userOfLogin(ann, policy('entra', 'none'));
      expect((await userOfLogin(ann, policy('google', 'none'))).id).not.toBe(first.id);
    });

    it('by verified address makes one user of two identities, where the file says so', async () => {
      const ann = person();
      const first = await userOfLogin(ann, policy('entra', 'none'));
      const second = await userOfLogin(
        { ...ann, email: ann.email!.toUpperCase() },
        policy('google', 'verifiedEmail'),
      );
      expect(second.id).toBe(first.id);
      expect(second.identities.map(({ provider }) => provider).sort()).toEqual(['entra', 'google']);
      expect(second.version).toBe(first.version + 1);
      expect((await userOfLogin(ann, policy('google', 'verifiedEmail'))).id).toBe(first.id);
    });

    it('never goes by an address that is not verified, on either side, or of another domain', async () => {
      const victim = person();
      const { id } = await userOfLogin(victim, policy('entra', 'none'));
      const attacker = { ...victim, subject: randomUUID() };
      const unverified = await signIn({ ...attacker, emailVerified: false }, policy('evil', 'verifiedEmail'));
      expect(unverified).toMatchObject({ kind: 'refused', reason: 'email_unverified' });
      const elsewhere = {
        ...policy('evil', 'verifiedEmail'),
        admit: { emailDomains: [], requireGroups: [] },
      };
      expect((await userOfLogin(attacker, elsewhere)).id).not.toBe(id);

      const loose = { ...policy('loose', 'none'), admit: { emailDomains: [], requireGroups: [] } };
      const squatter = person();
      const squatted = await userOfLogin({ ...squatter, emailVerified: false }, loose);
      expect(
        (await userOfLogin({ ...squatter, subject: randomUUID() }, policy('google', 'verifiedEmail'))).id,
      ).not.toBe(squatted.id);
    });

    it('never goes by an address of somebody who comes by a provider that is not trusted for the domain', async () => {
      const victim = person();
      const trap = await userOfLogin(victim, {
        ...policy('anybody', 'none'),
        admit: { emailDomains: [], requireGroups: [] },
      });
      const real = await userOfLogin({ ...victim, subject: randomUUID() }, policy('google', 'verifiedEmail'));
      expect(real.id).not.toBe(trap.id);
    });

    it('by an id that two providers send joins the two, from then on and also for who came before', async () => {
      const number = randomUUID();
      const [atEntra, atGoogle] = [person(), person()];
      const before = await userOfLogin({ ...atEntra, externalId: number }, policy('entra', 'none'));
      expect((await userOfLogin({ ...atEntra, externalId: number }, policy('entra', 'externalId'))).id).toBe(
        before.id,
      );
      const joined = await userOfLogin(
        { ...atGoogle, externalId: number },
        policy('google', 'externalId', false),
      );
      expect(joined.id).toBe(before.id);
      expect(joined.identities).toHaveLength(2);
    });

    it('by such an id needs the file to say so, a verified address of an admitted domain, and a trusted other side', async () => {
      const number = randomUUID();
      const ann = { ...person(), externalId: number };
      const { id } = await userOfLogin(ann, policy('entra', 'externalId'));
      const other = () => ({ ...person(), externalId: number });
      expect((await userOfLogin(other(), policy('google', 'verifiedEmail'))).id).not.toBe(id);
      expect((await userOfLogin(other(), policy('google', 'none'))).id).not.toBe(id);
      const unverified = { ...other(), emailVerified: false };
      expect(await signIn(unverified, policy('google', 'externalId'))).toMatchObject({
        reason: 'email_unverified',
      });
      const loose = {
        ...policy('loose', 'externalId'),
        admit: { emailDomains: [], requireGroups: [] },
      };
      expect((await userOfLogin({ ...unverified, subject: randomUUID() }, loose)).id).not.toBe(id);
      const strangers = {
        ...policy('google', 'externalId'),
        jit: { create: true, linkBy: 'externalId' as const, linkTo: { [domain]: ['google'] } },
      };
      expect((await userOfLogin(other(), strangers)).id).not.toBe(id);
    });

    it('gives an address that was given to somebody new to nobody of before', async () => {
      const leaver = person();
      const rules = policy('google', 'verifiedEmail');
      const before = await userOfLogin(leaver, rules);
      expect((await userOfLogin({ ...leaver, subject: randomUUID() }, rules)).id).not.toBe(before.id);
    });

    it('refuses to guess between two users with that address', async () => {
      const ann = person();
      await userOfLogin(ann, policy('entra', 'none'));
      await userOfLogin(ann, policy('okta', 'none'));
      expect(await signIn(ann, policy('google', 'verifiedEmail'))).toMatchObject({
        kind: 'refused',
        reason: 'ambiguous_match',
      });
    });

    it('lets nobody in who is disabled, by whatever identity they come', async () => {
      const ann = person();
      const { id } = await userOfLogin(ann, policy('entra', 'none'));
      await world.directory.setDisabled(id, { at: 1 });
      expect(await signIn(ann, policy('google', 'verifiedEmail'))).toMatchObject({
        kind: 'refused',
        reason: 'disabled_locally',
      });
    });
  });

  describe('a person added before the first login', () => {
    const add = (
      expected: Parameters<typeof world.directory.addPerson>[0]['expected'],
      groups: string[] = [],
    ) =>
      world.directory.addPerson({
        profile: { userName: 'new', emailVerified: false },
        expected,
        groups,
        at: 5,
      });

    it('is found by the external id, comes in where strangers do not, and has the groups', async () => {
      const zoe = person();
      const added = await add([{ by: 'subject', provider: 'okta', value: zoe.subject }], ['stewards']);
      expect(added.memberships).toEqual([{ group: 'stewards', source: { kind: 'local' } }]);
      expect(await signIn(zoe, policy('entra', 'none', false))).toMatchObject({ reason: 'not_provisioned' });
      const user = await userOfLogin(zoe, policy('okta', 'none', false));
      expect(user.id).toBe(added.id);
      expect(user.memberships).toEqual(added.memberships);
    });

    it('is found by a verified address at any provider, and once only', async () => {
      const zoe = person();
      const added = await add([{ by: 'email', provider: undefined, value: zoe.email!.toUpperCase() }]);
      expect((await userOfLogin(zoe, policy('okta', 'none', false))).id).toBe(added.id);
      expect(await signIn({ ...zoe, subject: randomUUID() }, policy('okta', 'none', false))).toMatchObject({
        reason: 'not_provisioned',
      });
    });

    it('is found no more by their address once they have come, at any provider: it may be given to somebody else', async () => {
      const zoe = person();
      const added = await add([{ by: 'email', provider: undefined, value: zoe.email! }], ['stewards']);
      expect((await userOfLogin(zoe, policy('okta', 'none'))).id).toBe(added.id);
      const heir = { ...zoe, subject: randomUUID() };
      expect((await userOfLogin(heir, policy('entra', 'none'))).id).not.toBe(added.id);
      // Nor after the identity was taken away: who comes by it then is somebody new.
      const [identity] = (await world.directory.findUser(added.id))?.identities ?? [];
      if (!identity) throw new Error('no identity');
      await world.directory.unlinkIdentity(added.id, identity);
      expect((await userOfLogin(zoe, policy('okta', 'none'))).id).not.toBe(added.id);
    });

    it('is not waited for any more once an administrator has joined an identity to them', async () => {
      const zoe = person();
      const added = await add([{ by: 'email', provider: undefined, value: zoe.email! }]);
      const identity = { provider: 'okta', issuer: 'https://okta.example', subject: randomUUID() };
      await world.directory.linkIdentity(added.id, identity);
      await world.directory.unlinkIdentity(added.id, identity);
      expect((await userOfLogin(zoe, policy('okta', 'none'))).id).not.toBe(added.id);
    });

    it('is never found by an address that the provider does not vouch for, or is not trusted for', async () => {
      const zoe = person();
      const added = await add([{ by: 'email', provider: undefined, value: zoe.email! }], ['admins']);
      const tenantOfAnAttacker = {
        ...policy('evil', 'none'),
        admit: { emailDomains: [], requireGroups: [] },
      };
      expect((await userOfLogin(zoe, tenantOfAnAttacker)).id).not.toBe(added.id);
      expect(await signIn({ ...zoe, emailVerified: false }, policy('okta', 'none'))).toMatchObject({
        reason: 'email_unverified',
      });
    });

    it('is found by an id that providers share, at whichever of them links by it', async () => {
      const zoe = { ...person(), externalId: randomUUID() };
      const added = await add([{ by: 'externalId', provider: undefined, value: zoe.externalId }]);
      expect(await signIn(zoe, policy('okta', 'none', false))).toMatchObject({ reason: 'not_provisioned' });
      expect((await userOfLogin(zoe, policy('okta', 'externalId', false))).id).toBe(added.id);
    });
  });

  describe('identities that an administrator changes', () => {
    it('are joined to one user, never to two, and taken away again', async () => {
      const [ann, ben] = [
        await userOfLogin(person(), policy('okta', 'none')),
        await userOfLogin(person(), policy('okta', 'none')),
      ];
      const identity = { provider: 'entra', issuer: 'https://entra.example', subject: randomUUID() };
      expect(await world.directory.linkIdentity(ann.id, identity)).toBe('linked');
      expect(await world.directory.linkIdentity(ann.id, identity)).toBe('already');
      expect(await world.second.linkIdentity(ben.id, identity)).toBe('taken');
      expect(await world.second.linkIdentity(randomUUID(), identity)).toBeUndefined();
      expect((await world.directory.findByIdentity(identity))?.version).toBe(ann.version + 1);
      expect(await world.directory.unlinkIdentity(ben.id, identity)).toBe(false);
      expect(await world.directory.unlinkIdentity(ann.id, identity)).toBe(true);
      expect(await world.directory.findByIdentity(identity)).toBeUndefined();
    });
  });
}
