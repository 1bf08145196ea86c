import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Failure } from '../../../src/identity/index.ts';
import { startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { startScimWorld, type ScimWorld, type Send } from '../../support/scim-world.ts';

const patch = (...operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});
const away = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '503',
  detail: 'The store does not answer at the moment; try again shortly.',
};

describe('a store that is away', () => {
  let world: ScimWorld | undefined;
  afterEach(() => world?.close());

  it('is told with 503 and a time to wait, and nothing of the change is kept', async () => {
    let isBroken = false;
    world = await startScimWorld({
      deps: {
        audit: {
          async write() {
            if (isBroken) throw new Failure('store_unavailable');
          },
        },
      },
    });
    const send = await world.client('okta');
    isBroken = true;
    // A refusal that cannot be recorded is not given either.
    const reply = await send('GET', '/Users/nobody');
    expect([reply.status, reply.body, reply.headers.get('retry-after')]).toEqual([503, away, '5']);
    isBroken = false;
    expect((await send('GET', '/Users/nobody')).status).toBe(404);
  });

  it('of sessions makes a deactivation fail, and the same request again ends them', async () => {
    let isBroken = true;
    const ended: string[] = [];
    world = await startScimWorld({
      deps: {
        endings: {
          async endAllOf(userId) {
            if (isBroken) throw new Failure('store_unavailable');
            ended.push(userId);
            return 1;
          },
        },
      },
    });
    const send = await world.client('okta');
    const { id } = (await send('POST', '/Users', { userName: 'ann@acme.example' })).body;
    const off = patch({ op: 'replace', path: 'active', value: false });
    expect((await send('PATCH', `/Users/${id}`, off)).status).toBe(503);
    const [user] = await world.directory.findByName('ann@acme.example');
    // The flag is down: whoever still has a session is refused at the gate.
    expect(user?.deactivatedAt).toBeDefined();
    isBroken = false;
    expect((await send('PATCH', `/Users/${id}`, off)).status).toBe(204);
    expect(ended).toEqual([user?.id]);
  });
});

describe('a directory on PostgreSQL', () => {
  let server: PostgresServer;
  let world: ScimWorld;
  let send: Send;
  beforeAll(async () => {
    server = await startPostgres();
    world = await startScimWorld({ directoryUrl: await server.createDatabase() });
    send = await world.client('okta');
  });
  afterAll(async () => {
    await world.close();
    await server.stop();
  });

  it('that hangs is told with 503, and serves again when it is back, with nothing doubled', async () => {
    await send('GET', '/Users');
    server.pause();
    const replies = await Promise.all([
      send('GET', '/Users'),
      send('POST', '/Users', { userName: 'ann@acme.example' }),
      send('POST', '/Groups', { displayName: 'team' }),
    ]);
    server.resume();
    expect(replies.map(({ status, body }) => [status, body])).toEqual(replies.map(() => [503, away]));
    let made = await send('POST', '/Users', { userName: 'ann@acme.example' });
    for (let tries = 0; made.status === 503 && tries < 20; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      made = await send('POST', '/Users', { userName: 'ann@acme.example' });
    }
    expect(made.status).toBe(201);
    expect((await send('GET', '/Users')).body.totalResults).toBe(1);
    expect(await world.directory.findByName('ann@acme.example')).toHaveLength(1);
  });
});
