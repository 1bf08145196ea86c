import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTokens } from '../../../src/scim/index.ts';
import { type Fleet, silentProvider, startFleet } from '../../support/fleet.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

const coreUser = 'urn:ietf:params:scim:schemas:core:2.0:User';
const patch = (...operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

/** What a SCIM client says to one process holds at the others when it gets its answer. */
describe('SCIM at one of several processes', () => {
  let postgres: PostgresServer;
  let redis: TestRedis;
  let fleet: Fleet;
  let token = '';

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    fleet = await startFleet({
      size: 2,
      directory: await postgres.createDatabase(),
      sessions: redis.url,
      providers: async () => ({ okta: `${silentProvider}\nscim: {}\ngroups: { unmapped: create }` }),
    });
    const tokens = createTokens({
      tokens: fleet.stores.directory.scim.tokens,
      now: Date.now,
      random: randomBytes,
    });
    const actor = { kind: 'command' } as const;
    const made = { provider: 'okta', kind: 'bearer', name: 'sync', expiresAt: undefined, actor } as const;
    token = (await tokens.create(made)).secret;
  }, 60_000);
  afterAll(async () => {
    await fleet?.stop();
    await Promise.all([postgres?.stop(), redis?.stop()]);
  }, 60_000);

  async function send(process: number, method: string, path: string, body?: object) {
    const response = await fetch(`http://127.0.0.1:${fleet.gateways[process]?.port}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }
  const everywhere = async (cookie: string) =>
    (await Promise.all(fleet.gateways.map((gateway) => gateway.verify(cookie)))).map(({ status }) => status);

  const roads: readonly (readonly [string, (id: string, userName: string) => ReturnType<typeof send>])[] = [
    [
      'PATCH with a path',
      (id) => send(0, 'PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' })),
    ],
    [
      'PATCH without a path',
      (id) => send(0, 'PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } })),
    ],
    [
      'PATCH with the core URN around it',
      (id) =>
        send(0, 'PATCH', `/Users/${id}`, patch({ op: 'replace', value: { [coreUser]: { active: false } } })),
    ],
    ['PUT', (id, userName) => send(0, 'PUT', `/Users/${id}`, { userName, active: false })],
    ['DELETE', (id) => send(0, 'DELETE', `/Users/${id}`)],
    [
      'Bulk',
      (id) =>
        send(0, 'POST', '/Bulk', {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            {
              method: 'PATCH',
              path: `/Users/${id}`,
              data: patch({ op: 'replace', path: 'active', value: false }),
            },
          ],
        }),
    ],
  ];

  it.each(roads)('ends the sessions at every process before the answer, by %s', async (_, deactivate) => {
    const user = await fleet.createUser(['readers']);
    const [identity] = user.identities;
    const { userName } = user.profile;
    const made = await send(1, 'POST', '/Users', { userName, externalId: identity?.subject });
    expect(made.status).toBe(201);
    const { cookie } = await fleet.signIn(user.id);
    for (let asked = 0; asked < 3; asked += 1) expect(await everywhere(cookie)).toEqual([202, 202]);
    expect((await deactivate(made.body.id, userName)).status).toBeLessThan(300);
    expect(await everywhere(cookie)).toEqual([401, 401]);
    const later = await fleet.signIn(user.id);
    expect((await everywhere(later.cookie)).filter((status) => status < 300)).toEqual([]);
  });

  it('lets back in, at every process, whom SCIM alone had switched off', async () => {
    const user = await fleet.createUser();
    const { userName } = user.profile;
    const { id } = (await send(0, 'POST', '/Users', { userName, externalId: user.identities[0]?.subject }))
      .body;
    const set = (active: boolean) =>
      send(1, 'PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: active }));
    await set(false);
    await fleet.stores.directory.setDisabled(user.id, { at: 5 });
    await set(true);
    const disabled = await fleet.signIn(user.id);
    expect((await everywhere(disabled.cookie)).filter((status) => status < 300)).toEqual([]);
    await fleet.stores.directory.setDisabled(user.id, undefined);
    const { cookie } = await fleet.signIn(user.id);
    expect(await everywhere(cookie)).toEqual([202, 202]);
  });

  it('shows a membership at every process on the next request', async () => {
    const user = await fleet.createUser();
    const { userName } = user.profile;
    const { id } = (await send(0, 'POST', '/Users', { userName, externalId: user.identities[0]?.subject }))
      .body;
    const { cookie } = await fleet.signIn(user.id);
    const groups = () =>
      Promise.all(fleet.gateways.map(async (gateway) => (await gateway.verify(cookie)).groups));
    expect(await groups()).toEqual(['', '']);
    const group = (await send(0, 'POST', '/Groups', { displayName: 'night-shift', members: [{ value: id }] }))
      .body.id;
    expect(await groups()).toEqual(['night-shift', 'night-shift']);
    await send(1, 'PATCH', `/Groups/${group}`, patch({ op: 'remove', path: `members[value eq "${id}"]` }));
    expect(await groups()).toEqual(['', '']);
  });
});
