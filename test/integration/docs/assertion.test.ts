import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { JWTPayload } from 'jose';
import { assertionWorld, snippetOf } from '../../support/assertion-world.ts';
import { exchange, listening, stopped } from '../../support/http-exchange.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
type World = Awaited<ReturnType<typeof assertionWorld>>;

let world: World;
let folder: string;
beforeAll(async () => {
  world = await assertionWorld();
  folder = mkdtempSync(join(tmpdir(), 'doorward-snippet-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

describe('the snippet for Node in docs/assertion.md', () => {
  let whoIs: (assertion: string) => Promise<JWTPayload>;
  beforeAll(async () => {
    const markdown = readFileSync(join(root, 'docs', 'assertion.md'), 'utf8');
    const file = join(folder, 'who-is.mjs');
    writeFileSync(file, snippetOf(markdown, 'js', world.issuer));
    ({ whoIs } = (await import(file)) as { whoIs: typeof whoIs });
  });

  it('believes an assertion of the gateway', async () => {
    expect(await whoIs(world.sign())).toMatchObject({ name: 'Łukasz Müller', groups: ['stewards', 'a,b'] });
  });

  it('believes one by the next key, without being told of it', async () => {
    const later = await assertionWorld();
    try {
      await later.signer.keyring.rotate('assertion', { actor: { kind: 'command' }, notice: 0 });
      await later.signer.start();
      const file = join(folder, 'rotated.mjs');
      const markdown = readFileSync(join(root, 'docs', 'assertion.md'), 'utf8');
      writeFileSync(file, snippetOf(markdown, 'js', later.issuer));
      const fresh = (await import(file)) as { whoIs: typeof whoIs };
      expect(await fresh.whoIs(later.sign())).toMatchObject({ sub: later.good.sub });
    } finally {
      await later.close();
    }
  });

  it('believes no other', async () => {
    for (const [what, assertion] of Object.entries(world.bad)) {
      await expect(whoIs(assertion).then(() => what)).rejects.toThrow();
    }
  });
});

describe('the middleware in examples/express-middleware', () => {
  const site = async (issuer: string) => {
    const file = join(root, 'examples', 'express-middleware', 'doorward.js');
    const { doorward, inGroup } = (await import(file)) as {
      doorward(options: object): express.RequestHandler;
      inGroup(...groups: string[]): express.RequestHandler;
    };
    const app = express();
    app.use(doorward({ issuer, audience: 'catalog' }));
    app.get('/', (req, res) => void res.json((req as unknown as { user: unknown }).user));
    app.get('/stewards', inGroup('stewards'), (_req, res) => void res.send('in'));
    app.get('/owners', inGroup('owners', 'admins'), (_req, res) => void res.send('in'));
    const { server, port } = await listening((req, res) => app(req, res));
    return {
      get: (path: string, assertion?: string) =>
        exchange(port, path, {
          headers: assertion === undefined ? {} : { 'X-Doorward-Assertion': assertion },
        }),
      close: () => stopped(server),
    };
  };

  it('tells the application who it is, and who may what', async () => {
    const { get, close } = await site(world.issuer);
    const answer = await get('/', world.sign());
    expect(JSON.parse(answer.body)).toEqual({
      id: world.good.sub,
      userName: 'lukasz',
      email: 'lukasz@acme.example',
      name: 'Łukasz Müller',
      groups: ['stewards', 'a,b'],
      role: 'guest',
    });
    expect((await get('/stewards', world.sign())).status).toBe(200);
    expect((await get('/owners', world.sign())).status).toBe(403);
    await close();
  });

  it('lets nobody in who comes around the gateway', async () => {
    const { get, close } = await site(world.issuer);
    expect((await get('/')).status).toBe(401);
    for (const assertion of Object.values(world.bad)) expect((await get('/', assertion)).status).toBe(401);
    await close();
  });

  it('says 503 when the keys cannot be had', async () => {
    const dark = await assertionWorld();
    dark.state.down = true;
    const { get, close } = await site(dark.issuer);
    expect((await get('/', dark.sign())).status).toBe(503);
    dark.state.down = false;
    await Promise.all([close(), dark.close()]);
  });
});
