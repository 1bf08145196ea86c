import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openApiDocument } from '../../../src/admin/api/openapi.ts';
import { operations } from '../../../src/admin/api/routes.ts';
import type { User } from '../../../src/identity/index.ts';
import { type ConsoleWorld, startConsole } from '../../support/console-world.ts';

let world: ConsoleWorld;
let admin: Awaited<ReturnType<ConsoleWorld['signIn']>>;
let bob: User;

beforeAll(async () => {
  world = await startConsole();
  admin = await world.signIn(world.admin);
  bob = await world.hire('bob@acme.example', 'Bob', ['engineers']);
  await world.stores.directory.addTraces([
    {
      reference: 'K7QM2XVD4A',
      at: 1_000,
      provider: 'microsoft',
      outcome: 'refused',
      why: 'email_domain',
      trace: { claims: { sub: 'x' } },
    },
  ]);
});
afterAll(() => world?.close());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${world.baseUrl}/admin/api${path}`, {
    method,
    headers: {
      cookie: admin.cookie,
      ...(method !== 'GET' && { 'x-doorward-token': admin.token, origin: world.baseUrl }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, any> };
}

describe('the API', () => {
  it('answers each question in the form that its document promises', async () => {
    const session = await world.signIn(bob);
    const paths: Record<string, string> = {
      '{id}': bob.id,
      '{reference}': 'K7QM2XVD4A',
      '{session}': session.digest.slice(0, 12),
    };
    const gets = operations.filter(({ method }) => method === 'get');
    expect(gets.length).toBeGreaterThan(9);
    for (const { id, path, answer } of gets) {
      const { status, json } = await call(
        'GET',
        path.replace(/\{\w+\}/g, (name) => paths[name] ?? ''),
      );
      expect([id, status]).toEqual([id, 200]);
      expect([id, answer.safeParse(json).error?.issues]).toEqual([id, undefined]);
    }
  });

  it('changes what the console changes, and writes it down', async () => {
    const disabled = await call('POST', `/people/${bob.id}/disable`, { why: 'a script said so' });
    expect(disabled).toMatchObject({ status: 200, json: { changed: true, person: { status: 'disabled' } } });
    const [event] = await world.stores.directory.read({ type: 'user.disabled', user: bob.id });
    expect(event?.event).toMatchObject({
      why: 'a script said so',
      actor: { kind: 'admin', name: world.admin.id },
    });
    expect((await call('POST', `/people/${bob.id}/enable`, {})).json).toMatchObject({ changed: true });
    expect((await call('POST', `/people/${bob.id}/groups`, { group: 'new' })).json).toEqual({
      changed: true,
    });
    expect((await call('DELETE', `/people/${bob.id}/groups`, { group: 'new' })).json).toEqual({
      changed: true,
    });
    await world.signIn(bob);
    expect((await call('DELETE', `/people/${bob.id}/sessions`)).json.ended).toBeGreaterThan(0);
    const one = await world.signIn(bob);
    expect((await call('DELETE', `/sessions/${one.digest.slice(0, 12)}`)).json).toEqual({ ended: 1 });
    const gone = await world.hire('gone@acme.example', 'Gone', []);
    expect((await call('DELETE', `/people/${gone.id}`, {})).status).toBe(200);
    expect((await call('GET', `/people/${gone.id}`)).status).toBe(404);
  });

  it.each<[string, Record<string, string>, number]>([
    ['nobody', { cookie: '' }, 401],
    ['a page that has not the token', { 'x-doorward-token': 'x' }, 403],
    ['a page of another site', { origin: 'https://evil.example' }, 403],
  ])('changes nothing for %s', async (_who, headers, status) => {
    const answer = await call('POST', `/people/${bob.id}/disable`, {}, headers);
    expect([answer.status, answer.json.error.reference]).toEqual([status, expect.stringMatching(/^\w{10}$/)]);
    expect((await world.stores.directory.findUser(bob.id))?.disabledAt).toBeUndefined();
  });

  it('tells a stranger and an old sign-in from a mistake', async () => {
    const stranger = await world.signIn(bob);
    expect((await call('GET', '/people', undefined, { cookie: stranger.cookie })).status).toBe(403);
    const old = await world.signIn(world.admin, { authenticatedAt: Date.now() - 3_600_000 });
    const headers = { cookie: old.cookie, 'x-doorward-token': old.token };
    expect((await call('GET', '/people', undefined, headers)).status).toBe(200);
    const late = await call('POST', `/people/${bob.id}/disable`, {}, headers);
    expect([late.status, late.json.error.message]).toEqual([403, expect.stringContaining('must be recent')]);
  });

  it('says what is wrong with what it was sent', async () => {
    const wrong = await call('GET', '/people?limit=many&status=asleep');
    expect(wrong.status).toBe(400);
    expect(wrong.json.error.problems.map((problem: string) => problem.split(':')[0])).toEqual([
      'status',
      'limit',
    ]);
    const extra = await call('POST', `/people/${bob.id}/disable`, { reason: 'x' });
    expect(extra.json.error.problems).toEqual([expect.stringContaining('reason')]);
    expect((await call('POST', `/people/nobody/disable`, {})).status).toBe(404);
    expect((await call('GET', '/nothing')).status).toBe(404);
    const broken = await fetch(`${world.baseUrl}/admin/api/people/${bob.id}/disable`, {
      method: 'POST',
      headers: {
        cookie: admin.cookie,
        'x-doorward-token': admin.token,
        'content-type': 'application/json',
        origin: world.baseUrl,
      },
      body: '{',
    });
    expect(broken.status).toBe(400);
  });

  it('goes on page by page', async () => {
    const first = (await call('GET', '/people?limit=1')).json;
    const second = (await call('GET', `/people?limit=1&after=${first.next}`)).json;
    expect(first.people[0].id).not.toBe(second.people[0].id);
    const events = (await call('GET', '/audit?after=0&limit=2')).json.events as { seq: number }[];
    const later = (await call('GET', `/audit?after=${events[1]?.seq}&limit=1`)).json.events as {
      seq: number;
    }[];
    expect(later[0]?.seq).toBeGreaterThan(events[1]?.seq ?? Infinity);
  });
});

describe('the OpenAPI document', () => {
  const document = openApiDocument(operations, 'https://x.example/admin/api') as any;

  it('tells of every operation once, each under a name of its own', () => {
    const told = Object.entries<Record<string, any>>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(told.sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort());
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });

  it('declares every parameter of a path, and needs the token exactly where something changes', () => {
    for (const { method, path, change } of operations) {
      const told = document.paths[path][method];
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (told.parameters ?? [])
        .filter((each: any) => each.in === 'path')
        .map((each: any) => each.name);
      expect(declared).toEqual(names);
      expect(JSON.stringify(told.security ?? '').includes('token')).toBe(change);
      expect(told.responses['200'].content['application/json'].schema.type).toBe('object');
    }
  });

  it('has no reference that leads nowhere, and is served to administrators and programs alike', async () => {
    expect(JSON.stringify(document)).not.toContain('$ref');
    const served = await fetch(`${world.baseUrl}/admin/api/openapi.json`);
    expect(((await served.json()) as any).openapi).toBe('3.1.1');
    const page = await fetch(`${world.baseUrl}/admin/api/docs`, {
      headers: { cookie: admin.cookie, accept: 'text/html' },
    });
    const html = await page.text();
    for (const { id } of operations) expect(html).toContain(`id="${id}"`);
  });
});
