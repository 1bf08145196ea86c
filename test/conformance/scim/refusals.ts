import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { scimStatus } from '../../../src/scim/index.ts';
import { scimProviderOf, type ScimWorld } from '../../support/scim-world.ts';
import { patch, refusal } from './case.ts';

/** Nobody is skipped without a word, and nothing is too much. */
export function refusals(world: () => ScimWorld): void {
  describe('a refusal', () => {
    it('is in the audit trail with its reason, whatever it is', async () => {
      world().providers.set('told', scimProviderOf('told'));
      const send = await world().client('told');
      const { id } = (await send('POST', '/Users', { userName: 'told@acme.example' })).body;
      const before = (await world().events({ type: 'scim.refused' })).length;
      await send('POST', '/Users', { userName: 'TOLD@acme.example' });
      await send('POST', '/Users', { displayName: 'no name' });
      await send('GET', '/Users?filter=userName');
      await send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'id', value: 'x' }));
      await send('DELETE', '/Users/nobody');
      await send('PUT', `/Users/${id}`, { userName: 'x' }, { 'if-match': 'W/"9"' });
      await send('POST', '/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [{ method: 'DELETE', path: '/Users/nobody-either' }],
      });
      const refused = (await world().events({ type: 'scim.refused' })).slice(before) as any[];
      expect(refused.map(({ status, scimType, method }) => [status, scimType, method])).toEqual([
        [409, 'uniqueness', 'POST'],
        [400, 'invalidValue', 'POST'],
        [400, 'invalidFilter', 'GET'],
        [400, 'mutability', 'PATCH'],
        [404, undefined, 'DELETE'],
        [412, undefined, 'PUT'],
        [404, undefined, 'DELETE'],
      ]);
      for (const event of refused) {
        expect(event).toMatchObject({
          provider: 'told',
          actor: { kind: 'scim', name: 'told sync' },
          detail: expect.stringMatching(/\S/),
        });
      }
    });

    it('of a stranger is told, and counted where there are too many', async () => {
      const stranger = world().send(undefined);
      const before = (await world().events({ type: 'scim.refused' })).length;
      await stranger('GET', '/Users');
      expect((await world().events({ type: 'scim.refused' })).at(-1)).toMatchObject({
        status: 401,
        path: '/scim/v2/Users',
      });
      await Promise.all(Array.from({ length: 100 }, () => stranger('GET', '/Users')));
      expect((await world().events({ type: 'scim.refused' })).length - before).toBeLessThanOrEqual(120);
    });

    it('is in the status of its provider, with the counts of everything else', async () => {
      world().providers.set('counted', scimProviderOf('counted'));
      const send = await world().client('counted');
      await send('POST', '/Users', { userName: 'counted@acme.example' });
      await send('POST', '/Users', { userName: 'counted@acme.example' });
      await send('POST', '/Groups', { displayName: 'counted' });
      await world().flush();
      expect(await scimStatus(world().directory.scim, 'counted')).toMatchObject({
        users: 1,
        inactive: 0,
        groups: 1,
        requests: 3,
        done: { 'POST /Users': 1, 'POST /Groups': 1 },
        errors: { '409 uniqueness': 1 },
        lastRefused: { why: 'A user with this userName exists.' },
        neverSignedIn: { total: 1 },
      });
    });
  });

  describe('too much', () => {
    it('in one body is refused with 413, and the next request is served', async () => {
      world().providers.set('large', scimProviderOf('large'));
      const send = await world().client('large');
      const reply = await send('POST', '/Users', { userName: 'x', title: 'x'.repeat(10 * 1024 * 1024) });
      expect([reply.status, reply.body]).toEqual([413, refusal(413, 'tooMany')]);
      expect((await send('GET', '/Users')).body.totalResults).toBe(0);
      const large = await send('POST', '/Users', {
        userName: 'x',
        addresses: Array.from({ length: 900 }, () => ({ formatted: 'x'.repeat(900) })),
      });
      expect(large.status).toBe(413);
    });

    it('in a body of unknown length is refused as soon as it is known', async () => {
      const { secret } = await world().tokens.create({
        provider: 'large',
        kind: 'bearer',
        name: 'x',
        expiresAt: undefined,
        actor: { kind: 'command' },
      });
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const req = request(
          new URL('/scim/v2/Users', world().baseUrl),
          { method: 'POST', headers: { authorization: `Bearer ${secret}` } },
          (res) => {
            res.resume();
            resolve(res.statusCode);
          },
        );
        req.on('error', reject);
        for (let sent = 0; sent < 8; sent += 1) req.write(Buffer.alloc(1024 * 1024, 32));
        req.end();
      });
      expect(status).toBe(413);
    });

    it('in a list or in operations is refused, and nothing is kept of it', async () => {
      world().providers.set('lists', scimProviderOf('lists'));
      const send = await world().client('lists');
      const emails = Array.from({ length: 1_001 }, (_, index) => ({ value: `${index}@x` }));
      expect((await send('POST', '/Users', { userName: 'x', emails })).body).toEqual(
        refusal(400, 'invalidValue'),
      );
      const { id } = (await send('POST', '/Users', { userName: 'x' })).body;
      const operations = Array.from({ length: 2_001 }, () => ({ op: 'replace', path: 'title', value: 'x' }));
      expect((await send('PATCH', `/Users/${id}`, patch(...operations))).body).toEqual(
        refusal(400, 'invalidSyntax'),
      );
      const group = (await send('POST', '/Groups', { displayName: 'x' })).body.id;
      const members = Array.from({ length: 20_001 }, () => ({ value: id }));
      expect(
        (await send('PATCH', `/Groups/${group}`, patch({ op: 'add', path: 'members', value: members })))
          .status,
      ).toBe(400);
      expect((await send('GET', `/Groups/${group}`)).body.members).toBeUndefined();
    });

    it('strange text is kept or refused, and never a failure', async () => {
      world().providers.set('strange', scimProviderOf('strange'));
      const send = await world().client('strange');
      const texts = [
        'a\0b',
        '\ud800',
        'İstanbul',
        'ﬁﬃ',
        '😀'.repeat(200),
        "'; drop table users; --",
        '%_\\',
        '\u202e',
        ' x ',
      ];
      for (const text of texts) {
        const made = await send('POST', '/Users', {
          userName: text,
          externalId: text,
          emails: [{ value: text }],
        });
        expect([text, made.status]).toEqual([text, 201]);
        for (const attribute of ['userName', 'externalId', 'emails.value', 'title']) {
          const filter = `${attribute} eq ${JSON.stringify(text)}`;
          const found = await send('POST', '/Users/.search', { filter });
          expect([filter, found.status]).toEqual([filter, 200]);
          if (attribute === 'userName') expect([text, found.body.totalResults]).toEqual([text, 1]);
        }
        expect([201, 400]).toContain((await send('POST', '/Groups', { displayName: text })).status);
      }
      for (const attribute of ['userName', 'externalId']) {
        const body = { userName: 'long', [attribute]: '😀'.repeat(400) };
        expect((await send('POST', '/Users', body)).body).toEqual(refusal(400, 'invalidValue'));
      }
      expect((await send('POST', '/Groups', { displayName: 'x'.repeat(1_001) })).status).toBe(400);
      expect((await send('GET', `/Users/${'x'.repeat(5_000)}`)).status).toBe(404);
      expect((await send('GET', '/Users/%00')).status).toBe(404);
      expect((await send('GET', '/Users/%zz')).status).toBe(400);
    });

    it('in a second is asked to wait, with the time to wait', async () => {
      world().providers.set('busy', scimProviderOf('busy', { scim: { requestsPerSecond: 5 } }));
      const send = await world().client('busy');
      const replies = [];
      for (let asked = 0; asked < 60; asked += 1) replies.push(await send('GET', '/ResourceTypes'));
      const refused = replies.filter(({ status }) => status === 429);
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(50);
      expect(refused[0]?.body).toEqual(refusal(429));
      expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(
        ((await world().events({ type: 'scim.refused' })) as any[]).filter(
          ({ status, provider }) => status === 429 && provider === 'busy',
        ),
      ).toHaveLength(1);
      world().clock.advance(11_000);
      expect((await send('GET', '/ResourceTypes')).status).toBe(200);
    });
  });
}
