import { describe, expect, it } from '@jest/globals';
import type { MatchBy } from '../../../src/scim/index.ts';
import { scimProviderOf, type ScimWorld } from '../../support/scim-world.ts';

let providers = 0;

/** Each way of matching, whoever comes first, and what becomes of who matches nobody, or two. */
export function matching(world: () => ScimWorld): void {
  /** A provider that matches in one way, and a person of whom only that one way fits the resource. */
  function providerBy(by: MatchBy, { create = true } = {}) {
    providers += 1;
    const provider = `match-${providers}`;
    world().providers.set(provider, {
      ...scimProviderOf(provider, {
        scim: { match: [by] },
        admit: { emailDomains: by === 'email' ? ['acme.example'] : [], requireGroups: [] } as never,
      }),
      jit: { create },
    });
    const [subject, name, email] = [
      `oid-${provider}`,
      `${provider}@acme.example`,
      `mail.${provider}@acme.example`,
    ];
    const resource = (userName = `upn.${provider}@acme.example`) => ({
      userName: by === 'userName' ? name.toUpperCase() : userName,
      externalId: by === 'subject' ? subject : `object-${userName}`,
      emails: [
        { value: by === 'email' ? email.toUpperCase() : `else.${provider}@acme.example`, primary: true },
      ],
    });
    return {
      provider,
      resource,
      signIn: (more: object = {}) =>
        world().signIn({
          provider,
          issuer: `https://${provider}.example`,
          subject,
          userName: name,
          email,
          emailVerified: true,
          ...more,
        }),
      report: () => world().directory.scim.report(provider),
      unmatched: async () =>
        (await world().events({ type: 'scim.unmatched' })).filter((each) => each.provider === provider),
    };
  }
  const ways = ['subject', 'userName', 'email'] as const;

  describe('matching', () => {
    it.each(ways)('by %s finds whom SCIM made first, and reports nobody', async (by) => {
      const { provider, resource, signIn, report, unmatched } = providerBy(by, { create: false });
      const send = await world().client(provider);
      expect((await send('POST', '/Users', resource())).status).toBe(201);
      expect(await report()).toMatchObject({ neverSignedIn: { total: 1 }, notProvisioned: { total: 0 } });
      expect(await signIn()).toMatchObject({ kind: 'admitted', created: false });
      expect(await signIn()).toMatchObject({ kind: 'admitted', created: false });
      expect(await report()).toMatchObject({
        users: 1,
        neverSignedIn: { total: 0 },
        notProvisioned: { total: 0 },
      });
      expect(await unmatched()).toEqual([]);
    });

    it.each(ways)('by %s finds who signed in first, and reports them until then', async (by) => {
      const { provider, resource, signIn, report, unmatched } = providerBy(by);
      const send = await world().client(provider);
      const first = await signIn();
      expect(first).toMatchObject({ kind: 'admitted', created: true });
      const userId = first.kind === 'admitted' ? first.user.id : '';
      expect(await unmatched()).toMatchObject([{ userId, provider }]);
      expect(await report()).toMatchObject({ notProvisioned: { total: 1, people: [{ userId }] } });
      expect((await send('POST', '/Users', resource())).status).toBe(201);
      expect(await report()).toMatchObject({
        users: 1,
        neverSignedIn: { total: 0 },
        notProvisioned: { total: 0 },
      });
      expect(await signIn()).toMatchObject({ kind: 'admitted', created: false, user: { id: userId } });
      expect(await unmatched()).toHaveLength(1);
    });

    it.each(ways)('by %s leaves everybody else apart: both are reported', async (by) => {
      const { provider, resource, signIn, report, unmatched } = providerBy(by);
      const send = await world().client(provider);
      const stranger = { subject: 'oid-x', userName: 'x@acme.example', email: 'x@acme.example' };
      expect((await send('POST', '/Users', resource())).status).toBe(201);
      expect(await signIn(stranger)).toMatchObject({ kind: 'admitted', created: true });
      expect(await report()).toMatchObject({
        neverSignedIn: { total: 1, people: [{ userName: resource().userName }] },
        notProvisioned: { total: 1, people: [{ userName: 'x@acme.example' }] },
      });
      expect(await unmatched()).toMatchObject([{ userName: 'x@acme.example' }]);
    });

    it.each(ways)('by %s refuses who matches nobody where nobody is to be created', async (by) => {
      const { signIn, report, unmatched } = providerBy(by, { create: false });
      expect(await signIn()).toMatchObject({ kind: 'refused', reason: 'not_provisioned' });
      expect(await report()).toMatchObject({ notProvisioned: { total: 0 } });
      expect(await unmatched()).toEqual([]);
    });

    it.each(['subject', 'email'] as const)('by %s refuses who could be two that SCIM made', async (by) => {
      const { provider, resource, signIn, report } = providerBy(by);
      const send = await world().client(provider);
      for (const name of ['one', 'two'])
        expect((await send('POST', '/Users', resource(`${name}.${provider}`))).status).toBe(201);
      expect(await signIn()).toMatchObject({ kind: 'refused', reason: 'ambiguous_match' });
      expect(await report()).toMatchObject({ users: 2, neverSignedIn: { total: 2 } });
    });

    it.each(ways)('by %s refuses the resource that could be two who signed in', async (by) => {
      const { provider, resource, signIn, report } = providerBy(by);
      const send = await world().client(provider);
      await signIn();
      await signIn(by === 'subject' ? { issuer: 'https://other.example' } : { subject: 'oid-second' });
      const reply = await send('POST', '/Users', resource());
      expect([reply.status, reply.body.scimType]).toEqual([409, 'uniqueness']);
      expect(await report()).toMatchObject({ users: 0, notProvisioned: { total: 2 } });
      expect(
        (await world().events({ type: 'scim.refused' })).filter((each) => each.provider === provider),
      ).toMatchObject([{ status: 409, detail: expect.stringContaining('Two people') }]);
    });

    it('in several ways goes by the first that knows anybody', async () => {
      const { provider, signIn } = providerBy('subject', { create: false });
      const known = world().providers.get(provider)!;
      world().providers.set(provider, { ...known, scim: { ...known.scim, match: ['subject', 'userName'] } });
      const send = await world().client(provider);
      const [byName, bySubject] = [
        { userName: `${provider}@acme.example`, externalId: 'another' },
        { userName: 'another', externalId: `oid-${provider}` },
      ];
      await send('POST', '/Users', byName);
      await send('POST', '/Users', bySubject);
      expect(await signIn()).toMatchObject({ kind: 'admitted', created: false });
      const { neverSignedIn } = await world().directory.scim.report(provider);
      expect(neverSignedIn.people).toMatchObject([{ userName: byName.userName }]);
    });
  });
}
