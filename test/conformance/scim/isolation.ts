import { beforeAll, describe, expect, it } from '@jest/globals';
import { scimProviderOf, type ScimWorld, type Send } from '../../support/scim-world.ts';
import { patch } from './case.ts';

/** Another provider's users and groups are not there: by id, filter, membership or Bulk. */
export function isolation(world: () => ScimWorld): void {
  describe('another provider', () => {
    let [own, other]: Send[] = [];
    let [theirUser, theirGroup, ownUser, ownGroup] = ['', '', '', ''];

    beforeAll(async () => {
      for (const id of ['here', 'there']) world().providers.set(id, scimProviderOf(id));
      own = await world().client('here');
      other = await world().client('there');
      theirUser = (await other('POST', '/Users', { userName: 'same@acme.example', externalId: 'theirs' }))
        .body.id;
      theirGroup = (await other('POST', '/Groups', { displayName: 'same', members: [{ value: theirUser }] }))
        .body.id;
    });

    it('may use the same names, and they stay two people', async () => {
      const user = await own!('POST', '/Users', { userName: 'same@acme.example', externalId: 'theirs' });
      const group = await own!('POST', '/Groups', { displayName: 'same' });
      expect([user.status, group.status]).toEqual([201, 201]);
      [ownUser, ownGroup] = [user.body.id, group.body.id];
      expect(await world().directory.findByName('same@acme.example')).toHaveLength(2);
    });

    it('has resources that answer as if there were none, whatever is done to them', async () => {
      for (const [type, theirs] of [
        ['Users', theirUser],
        ['Groups', theirGroup],
      ] as const) {
        const unknown = '01a20a81-6095-7387-8f37-f824cc8b8578';
        for (const [method, body] of [
          ['GET', undefined],
          ['PUT', { userName: 'x', displayName: 'x' }],
          ['PATCH', patch({ op: 'replace', path: 'externalId', value: 'x' })],
          ['DELETE', undefined],
        ] as const) {
          const [about, nothing] = [
            await own!(method, `/${type}/${theirs}`, body),
            await own!(method, `/${type}/${unknown}`, body),
          ];
          expect(about.status).toBe(404);
          expect(JSON.stringify(about.body).replaceAll(theirs, unknown)).toBe(JSON.stringify(nothing.body));
        }
      }
      expect((await other!('GET', `/Users/${theirUser}`)).body).toMatchObject({
        active: true,
        externalId: 'theirs',
      });
      expect((await other!('GET', `/Groups/${theirGroup}`)).body).toMatchObject({
        members: [{ value: theirUser }],
      });
    });

    it('is in no list and under no filter', async () => {
      for (const [path, total] of [
        ['/Users', 1],
        [`/Users?filter=${encodeURIComponent(`id eq "${theirUser}"`)}`, 0],
        [`/Users?filter=${encodeURIComponent('externalId eq "theirs"')}`, 1],
        [`/Users?filter=${encodeURIComponent(`groups.value eq "${theirGroup}"`)}`, 0],
        [`/Users?filter=${encodeURIComponent('userName co "same"')}`, 1],
        ['/Groups', 1],
        [`/Groups?filter=${encodeURIComponent(`members eq "${theirUser}"`)}`, 0],
        [`/Groups?filter=${encodeURIComponent(`members.value co "${theirUser}"`)}`, 0],
      ] as const) {
        const { body } = await own!('GET', path);
        expect([path, body.totalResults, JSON.stringify(body).includes(theirUser)]).toEqual([
          path,
          total,
          false,
        ]);
      }
    });

    it('has nobody who could be a member here', async () => {
      const members = [{ value: ownUser }, { value: theirUser }];
      for (const [method, path, body] of [
        ['PATCH', `/Groups/${ownGroup}`, patch({ op: 'add', path: 'members', value: members })],
        ['PUT', `/Groups/${ownGroup}`, { displayName: 'same', members }],
        ['POST', '/Groups', { displayName: 'another', members }],
      ] as const) {
        expect((await own!(method, path, body)).body).toMatchObject({
          status: '400',
          scimType: 'invalidValue',
        });
      }
      expect((await own!('GET', `/Groups/${ownGroup}`)).body.members).toBeUndefined();
      expect((await own!('GET', '/Groups')).body.totalResults).toBe(1);
    });

    it('is out of reach of Bulk, too', async () => {
      const { body } = await own!('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [{ method: 'DELETE', path: `/Users/${theirUser}` }],
      });
      expect(body.Operations).toMatchObject([{ status: '404' }]);
    });

    it('switches off its own person and not the one of the same name', async () => {
      await own!('PATCH', `/Users/${ownUser}`, patch({ op: 'replace', path: 'active', value: false }));
      const people = await world().directory.findByName('same@acme.example');
      expect(people.map(({ deactivatedAt }) => deactivatedAt === undefined).sort()).toEqual([false, true]);
    });
  });
}
