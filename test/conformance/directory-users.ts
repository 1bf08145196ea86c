import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { commit, createPlan, loginGroups, newIdentity, syncPlan } from '../support/directory.ts';
import type { DirectoryWorld } from './directory-world.ts';

/** Finding users, and the two flags that keep them out. */
export function directoryUsers(world: DirectoryWorld): void {
  const named = (userName: string, email?: string) =>
    commit(
      world.directory,
      createPlan({ profile: { userName, emailVerified: false, ...(email !== undefined && { email }) } }),
    );

  describe('users', () => {
    it('are found by id and by identity, whole', async () => {
      const identity = newIdentity();
      const profile = {
        userName: 'Łukasz.Müller',
        email: 'Lukasz@Acme.example',
        emailVerified: true,
        displayName: 'Łukasz Müller 🦉',
        givenName: 'Łukasz',
        familyName: 'Müller',
        locale: 'pl-PL',
      };
      const user = await commit(
        world.directory,
        createPlan({
          identity,
          profile,
          idpRoles: ['Reader'],
          memberships: loginGroups(['engineers']),
          now: 1_234,
        }),
      );
      expect(user).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        profile,
        identities: [{ provider: 'okta', ...identity }],
        memberships: [{ group: 'engineers', source: { kind: 'login', provider: 'okta' } }],
        idpRoles: { okta: ['Reader'] },
        version: 1,
        createdAt: 1_234,
        updatedAt: 1_234,
        lastLoginAt: 1_234,
      });
      expect(await world.directory.findUser(user.id)).toEqual(user);
      expect(await world.directory.findByIdentity(identity)).toEqual(user);
      expect(await world.second.findByIdentity(identity)).toEqual(user);
    });

    it('have an identity that is compared byte for byte', async () => {
      const identity = { issuer: 'https://Case.example', subject: `Sub-${randomUUID()}é` };
      await commit(world.directory, createPlan({ identity }));
      for (const other of [
        { ...identity, issuer: identity.issuer.toLowerCase() },
        { ...identity, subject: identity.subject.toLowerCase() },
        { ...identity, subject: identity.subject.normalize('NFD') },
        { ...identity, subject: `${identity.subject} ` },
      ]) {
        expect(await world.directory.findByIdentity(other)).toBeUndefined();
      }
    });

    it('never share an identity that the database could not tell apart', async () => {
      for (const subject of ['lone \ud800', 'with \0 zero', 'x'.repeat(2_001)]) {
        const identity = { issuer: 'https://acme.example', subject };
        await expect(world.directory.commitLogin(createPlan({ identity }))).rejects.toMatchObject({
          code: 'login_rejected',
          detail: 'directory.identity_key',
        });
        expect(await world.directory.findByIdentity(identity)).toBeUndefined();
      }
    });

    it('may be called anything: what cannot be stored in a name is replaced, not refused', async () => {
      const profile = {
        userName: 'a\0b\ud800',
        emailVerified: false,
        displayName: '"; drop table users; --',
      };
      const user = await commit(world.directory, createPlan({ profile }));
      expect(user.profile).toEqual({ ...profile, userName: 'a\u{FFFD}b\u{FFFD}' });
      expect(await world.directory.findUser(user.id)).toEqual(user);
    });

    it('are not found by an id that nobody has, whatever it looks like', async () => {
      for (const id of ['', 'nobody', '\0', '__proto__', randomUUID()]) {
        expect(await world.directory.findUser(id)).toBeUndefined();
        expect(await world.directory.snapshot(id)).toBeUndefined();
        expect(await world.directory.setDisabled(id, { at: 1 })).toBeUndefined();
        expect(await world.directory.setDeactivated(id, undefined)).toBeUndefined();
      }
    });

    it('are found by id, user name and email, compared normalized, several of one name', async () => {
      const tag = randomUUID();
      const first = await named(`Straße-${tag}`, `Info-${tag}@Example.ORG`);
      const second = await named(`STRAßE-${tag}`);
      const ids = async (name: string) =>
        (await world.directory.findByName(name)).map(({ id }) => id).toSorted();
      expect(await ids(`straße-${tag}`)).toEqual([first.id, second.id].toSorted());
      expect(await ids(` INFO-${tag}@example.org `)).toEqual([first.id]);
      expect(await ids(second.id.toUpperCase())).toEqual([second.id]);
      expect(await ids(`straße-${tag}%`)).toEqual([]);
    });

    it('are told apart by long names, too', async () => {
      const long = `${randomUUID()}${'x'.repeat(3_000)}`;
      const one = await named(`${long}1`);
      await named(`${long}2`);
      expect((await world.directory.findByName(`${long}1`)).map(({ id }) => id)).toEqual([one.id]);
    });

    it('are listed by user name, page by page, each once', async () => {
      const tag = randomUUID();
      const names = ['b', 'A', 'é', 'c', 'a', 'Z', '🦉', 'B'].map((name) => `${tag} ${name}`);
      for (const name of names) await named(name);
      const seen: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await world.directory.listUsers({
          limit: 3,
          search: tag,
          ...(after !== undefined && { after }),
        });
        seen.push(...page.map(({ profile }) => profile.userName));
        after = page.at(-1)?.id;
        if (page.length < 3) break;
      }
      expect(seen.toSorted()).toEqual(names.toSorted());
      expect(seen.slice(0, 2).toSorted()).toEqual([`${tag} A`, `${tag} a`]);
      expect(seen.slice(-3)).toEqual([`${tag} Z`, `${tag} é`, `${tag} 🦉`]);
    });

    it('are searched by any part of name and address, literally', async () => {
      const tag = randomUUID();
      const user = await named(`100%_${tag}`, `some_body@${tag}.example`);
      const found = async (search: string) =>
        (await world.directory.listUsers({ limit: 10, search })).map(({ id }) => id);
      expect(await found(`%_${tag.toUpperCase()}`)).toEqual([user.id]);
      expect(await found(`BODY@${tag}`)).toEqual([user.id]);
      expect(await found(`someXbody@${tag}`)).toEqual([]);
    });
  });

  describe('standing', () => {
    it('is disabled and enabled again, the profile and memberships kept, the version growing by one', async () => {
      const user = await commit(world.directory, createPlan({ memberships: loginGroups(['kept']) }));
      const off = await world.directory.setDisabled(user.id, { at: 5_000, why: 'left' });
      expect(off).toEqual({
        changed: true,
        user: { ...user, disabledAt: 5_000, version: 2, updatedAt: 7_000 },
      });
      expect(await world.second.findUser(user.id)).toEqual(off?.user);
      expect(await world.directory.snapshot(user.id)).toMatchObject({ disabledAt: 5_000, version: 2 });
      const on = await world.directory.setDisabled(user.id, undefined);
      expect(on).toEqual({ changed: true, user: { ...user, version: 3, updatedAt: 7_000 } });
    });

    it('says when there was nothing to change, and then changes nothing', async () => {
      const user = await commit(world.directory, createPlan());
      expect(await world.directory.setDisabled(user.id, undefined)).toEqual({ changed: false, user });
      const off = await world.directory.setDisabled(user.id, { at: 5 });
      expect(await world.directory.setDisabled(user.id, { at: 6 })).toEqual({ ...off, changed: false });
    });

    it('are switched on again only by the one who switched them off, where it is said who', async () => {
      const user = await commit(world.directory, createPlan());
      const { setDeactivated } = world.directory;
      await setDeactivated(user.id, { at: 6, by: 'signals:okta' });
      for (const other of ['okta', 'signals:okta-eu', 'signals:o', 'scim:', 'signals', '']) {
        expect(await setDeactivated(user.id, undefined, undefined, other)).toMatchObject({ changed: false });
      }
      expect(await setDeactivated(user.id, undefined, undefined, 'signals:okta')).toMatchObject({
        changed: true,
      });
      await setDeactivated(user.id, { at: 7, by: 'signals:okta' });
      const back = await setDeactivated(user.id, undefined, undefined, 'signals:');
      expect(back).toMatchObject({ changed: true });
      expect(back?.user.deactivatedAt).toBeUndefined();
      await setDeactivated(user.id, { at: 8, by: 'okta' });
      expect(await setDeactivated(user.id, undefined, undefined, 'signals:')).toMatchObject({
        changed: false,
      });
    });

    it('keeps what SCIM says apart from what an administrator says', async () => {
      const user = await commit(world.directory, createPlan());
      await world.directory.setDisabled(user.id, { at: 5 });
      await world.directory.setDeactivated(user.id, { at: 6, by: 'okta' });
      const back = await world.directory.setDeactivated(user.id, undefined);
      expect(back?.user).toMatchObject({ disabledAt: 5, version: 4 });
      expect(back?.user.deactivatedAt).toBeUndefined();
    });

    it('changed since the decision makes a login a conflict', async () => {
      const user = await commit(world.directory, createPlan());
      await world.second.setDisabled(user.id, { at: 5 });
      for (const changesUser of [true, false]) {
        expect(await world.directory.commitLogin(syncPlan(user, { changesUser }))).toEqual({
          kind: 'conflict',
        });
      }
    });
  });
}
