import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Review } from '../../../src/app.ts';
import { type ConsoleWorld, startConsole } from '../../support/console-world.ts';

let world: ConsoleWorld;
let admin: Awaited<ReturnType<ConsoleWorld['signIn']>>;

beforeAll(async () => {
  world = await startConsole();
  admin = await world.signIn(world.admin);
});
afterAll(() => world?.close());

const overview = async () =>
  (await fetch(`${world.baseUrl}/admin`, { headers: { accept: 'text/html', cookie: admin.cookie } })).text();
const api = (path: string, body?: unknown) =>
  fetch(`${world.baseUrl}/admin/api${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      cookie: admin.cookie,
      origin: world.baseUrl,
      'content-type': 'application/json',
      'x-doorward-token': admin.token,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const tally = {
  provider: 'okta',
  people: 10,
  changed: 8,
  memberships: 20,
  gained: 0,
  lost: 15,
  refused: 2,
  roles: 0,
  untold: 0,
  share: 0.75,
};
const review: Review = { preview: { people: 10, providers: [tally] }, over: [tally] };

describe('files that wait for an administrator', () => {
  it('are told on the overview, with what they take away, and accepted there', async () => {
    await world.app.reloadHeld('abc123abc123', review);
    const page = await overview();
    expect(page).toContain('The rules on disk take much away, and wait');
    expect(page).toContain('okta: 75 %, 15 of 20 memberships, 2 people refused');
    const other = new URLSearchParams({ token: admin.token, version: 'of somebody else' });
    const init = {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: admin.cookie, origin: world.baseUrl },
    };
    const accept = (body: URLSearchParams) =>
      fetch(`${world.baseUrl}/admin/config/accept`, { ...init, body } as RequestInit);
    expect((await accept(other)).status).toBe(404);
    expect((await accept(new URLSearchParams({ version: 'abc123abc123' }))).status).toBe(403);
    expect(await world.stores.directory.areAccepted('abc123abc123')).toBe(false);
    const own = new URLSearchParams({ token: admin.token, version: 'abc123abc123' });
    expect((await accept(own)).headers.get('location')).toBe('/admin?done=accepted');
    expect(await world.stores.directory.areAccepted('abc123abc123')).toBe(true);
    const [event] = await world.stores.directory.read({ type: 'config.accepted' });
    expect(event?.event.actor).toEqual({ kind: 'admin', name: world.admin.id });
  });

  it('are told and accepted by the API, and forgotten once the files are others', async () => {
    await world.app.reloadHeld('def456def456', review);
    const told = (await (await api('/overview')).json()) as { configHeld: unknown };
    expect(told.configHeld).toMatchObject({ version: 'def456def456', losses: [expect.any(String)] });
    expect((await api('/config/accept', { version: 'nothing' })).status).toBe(404);
    expect(await (await api('/config/accept', { version: 'def456def456' })).json()).toEqual({
      accepted: true,
    });

    await world.app.reloadSettled();
    expect(((await (await api('/overview')).json()) as { configHeld: unknown }).configHeld).toBeNull();
    expect(await overview()).not.toContain('take much away, and wait');
    await world.app.reloadRefused(3);
    expect(await overview()).toContain('The configuration on disk was rejected');
  });
});
