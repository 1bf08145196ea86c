import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRecoveryToken } from '../../../src/admin/index.ts';
import type { User } from '../../../src/identity/index.ts';
import { type ConsoleWorld, startConsole } from '../../support/console-world.ts';

let world: ConsoleWorld;
let admin: Awaited<ReturnType<ConsoleWorld['signIn']>>;

beforeAll(async () => {
  world = await startConsole();
  admin = await world.signIn(world.admin);
});
afterAll(() => world?.close());

type Who = { cookie?: string; token?: string };

function get(path: string, who: Who = admin): Promise<Response> {
  return fetch(world.baseUrl + path, {
    redirect: 'manual',
    headers: { accept: 'text/html', ...(who.cookie !== undefined && { cookie: who.cookie }) },
  });
}

function post(
  path: string,
  form: Record<string, string> = {},
  who: Who = admin,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(world.baseUrl + path, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: who.token ?? '', ...form }),
    headers: {
      accept: 'text/html',
      origin: world.baseUrl,
      ...(who.cookie !== undefined && { cookie: who.cookie }),
      ...headers,
    },
  });
}

let count = 0;
function somebody(groups: readonly string[] = ['engineers']): Promise<User> {
  count += 1;
  return world.hire(`person${count}@acme.example`, `Person Number${count}`, groups);
}

const paths = [
  '/admin',
  '/admin/people',
  '/admin/groups',
  '/admin/groups/stewards',
  '/admin/sessions',
  '/admin/providers',
  '/admin/providers/microsoft',
  '/admin/providers/okta',
  '/admin/audit',
];

describe('who may open the console', () => {
  it.each(paths)('%s is for administrators only', async (path) => {
    const stranger = await world.signIn(await somebody());
    expect((await get(path, {})).headers.get('location')).toBe(`/sso/login?rd=${encodeURIComponent(path)}`);
    const refused = await get(path, stranger);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('This console is not open to you');
    expect((await get(path)).status).toBe(200);
  });

  it('is whoever is in a group that the configuration names, whatever the role', async () => {
    const other = await startConsole({
      config: { admin: { roles: [], groups: ['operators'], recentAuthentication: 60_000 } },
    });
    try {
      const opens = async (groups: string[]) => {
        const { cookie } = await other.signIn(await other.hire(`${groups}@acme.example`, 'x', groups));
        return (await fetch(`${other.baseUrl}/admin`, { headers: { cookie } })).status;
      };
      expect(await opens(['operators'])).toBe(200);
      expect(await opens(['stewards'])).toBe(403);
    } finally {
      await other.close();
    }
  });

  it('ends with the group, on the very next request', async () => {
    const user = await somebody(['engineers']);
    await world.stores.people.addToGroup(user.id, 'stewards', { kind: 'system' });
    const session = await world.signIn(user);
    expect((await get('/admin', session)).status).toBe(200);
    await world.stores.people.removeFromGroup(user.id, 'stewards', { kind: 'system' });
    expect((await get('/admin', session)).status).toBe(403);
  });

  it('may run our own script and no other, and frame nothing', async () => {
    const { headers } = await get('/admin');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';connect-src 'self';style-src 'self';img-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    );
    for (const path of paths) {
      const html = await (await get(path)).text();
      expect(html).not.toMatch(
        /<script(?! src="\/admin\/static\/admin\.js\?v=[\w-]+" defer>)|<style|\sstyle=|\son\w+="/i,
      );
    }
  });
});

describe('a change', () => {
  it('is made, written down with who and why, and seen on the next request', async () => {
    const user = await somebody();
    const session = await world.signIn(user);
    expect((await get('/sso/session', session)).status).toBe(200);
    const answer = await post(`/admin/people/${user.id}/disable`, { why: 'left "the" company' });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/admin/people/${user.id}?done=disabled`,
    ]);
    expect((await get('/sso/session', session)).status).toBe(401);
    const [event] = await world.stores.directory.read({ type: 'user.disabled', user: user.id });
    expect(event?.event).toMatchObject({
      actor: { kind: 'admin', name: world.admin.id },
      why: 'left "the" company',
    });
    const html = await (await get(`/admin/people/${user.id}?done=disabled`)).text();
    expect(html).toContain('Disabled, and signed out everywhere.');
    expect(html).toContain('left &quot;the&quot; company');
    expect(html).toContain('by <bdi>ana.silva@acme.example</bdi>');
    await post(`/admin/people/${user.id}/enable`);
    expect((await world.stores.directory.findUser(user.id))?.disabledAt).toBeUndefined();
  });

  it.each([
    ['without a token', { token: '' }, {}],
    ['with a wrong token', { token: 'x'.repeat(43) }, {}],
    ['from another origin', {}, { origin: 'https://evil.example' }],
    ['from another site', {}, { origin: '', 'sec-fetch-site': 'cross-site' }],
  ] as const)('%s is refused', async (_how, form, headers) => {
    const user = await somebody();
    const sent = Object.fromEntries(Object.entries(headers));
    const answer = await post(`/admin/people/${user.id}/disable`, form, admin, sent);
    expect(answer.status).toBe(403);
    expect((await world.stores.directory.findUser(user.id))?.disabledAt).toBeUndefined();
  });

  it('with the token of another administrator is refused', async () => {
    const [user, other] = [await somebody(), await world.signIn(await somebody(['stewards']))];
    const answer = await post(`/admin/people/${user.id}/disable`, { token: other.token });
    expect(answer.status).toBe(403);
  });

  it('by somebody who is no administrator is refused, token or not', async () => {
    const [user, stranger] = [await somebody(), await world.signIn(await somebody())];
    expect((await post(`/admin/people/${user.id}/disable`, {}, stranger)).status).toBe(403);
    expect((await post(`/admin/people/${user.id}/disable`, {}, {})).status).toBe(303);
    expect((await world.stores.directory.findUser(user.id))?.disabledAt).toBeUndefined();
  });

  it('needs a sign-in that is recent; looking does not', async () => {
    const user = await somebody();
    const old = await world.signIn(world.admin, { authenticatedAt: Date.now() - 16 * 60_000 });
    expect((await get(`/admin/people/${user.id}`, old)).status).toBe(200);
    for (const answer of [
      await get(`/admin/people/${user.id}/disable`, old),
      await post(`/admin/people/${user.id}/disable`, {}, old),
    ]) {
      expect(answer.status).toBe(403);
      const html = await answer.text();
      expect(html).toContain('Please sign in again');
      expect(html).toContain('/sso/login/microsoft?account=other&amp;rd=%2Fadmin');
    }
    expect((await world.stores.directory.findUser(user.id))?.disabledAt).toBeUndefined();
  });

  it('of groups touches only what an administrator gave', async () => {
    const user = await somebody(['engineers']);
    await post(`/admin/people/${user.id}/groups`, { group: 'Łódź & friends' });
    const html = await (await get(`/admin/people/${user.id}`)).text();
    expect(html).toContain('Łódź &amp; friends');
    await post(`/admin/people/${user.id}/groups/remove`, { group: 'Łódź & friends' });
    await post(`/admin/people/${user.id}/groups/remove`, { group: 'engineers' });
    const after = await world.stores.directory.findUser(user.id);
    expect(after?.memberships.map(({ group }) => group)).toEqual(['engineers']);
  });

  it('ends one session, or all of a person', async () => {
    const user = await somebody();
    const [one, other] = [await world.signIn(user), await world.signIn(user)];
    await post(`/admin/people/${user.id}/sessions`, { session: one.digest.slice(0, 12) });
    expect((await get('/sso/session', one)).status).toBe(401);
    expect((await get('/sso/session', other)).status).toBe(200);
    await post(`/admin/people/${user.id}/end-sessions`);
    expect((await get('/sso/session', other)).status).toBe(401);
  });
});

describe('erasing a person', () => {
  it('asks for the name, and then leaves nothing of them', async () => {
    const user = await somebody();
    const typo = await post(`/admin/people/${user.id}/erase`, { name: 'somebody else' });
    expect(typo.headers.get('location')).toBe(`/admin/people/${user.id}/erase?typo=1`);
    const answer = await post(`/admin/people/${user.id}/erase`, { name: user.profile.userName });
    expect(answer.headers.get('location')).toBe('/admin/people?done=erased');
    expect(await world.stores.directory.findUser(user.id)).toBeUndefined();
    expect((await get(`/admin/people/${user.id}`)).status).toBe(404);
  });
});

describe('the last administrator', () => {
  it('is neither disabled nor erased, nor loses the group or the identity, unless one says so twice', async () => {
    const other = await startConsole();
    try {
      const only = other.admin;
      await other.stores.people.addToGroup(only.id, 'stewards', { kind: 'system' });
      const session = await other.signIn(only);
      const send = (path: string, form: Record<string, string>) =>
        fetch(other.baseUrl + path, {
          method: 'POST',
          redirect: 'manual',
          body: new URLSearchParams({ token: session.token, ...form }),
          headers: { cookie: session.cookie, origin: other.baseUrl },
        });
      const answer = await send(`/admin/people/${only.id}/disable`, {});
      expect(answer.headers.get('location')).toBe(`/admin/people/${only.id}/disable?last=1`);
      expect((await other.stores.directory.findUser(only.id))?.disabledAt).toBeUndefined();
      await expect(other.stores.people.disable(only.id, { kind: 'command' })).rejects.toMatchObject({
        detail: 'people.last_administrator',
      });
      await expect(other.stores.people.erase(only.id, { kind: 'command' })).rejects.toMatchObject({
        detail: 'people.last_administrator',
      });
      const [{ provider, issuer, subject } = { provider: '', issuer: '', subject: '' }] = only.identities;
      const unlinked = await send(`/admin/people/${only.id}/unlink`, { provider, issuer, subject });
      const asked = unlinked.headers.get('location') ?? '';
      expect(asked).toMatch(new RegExp(`^/admin/people/${only.id}/unlink\\?.*last=1$`));
      const page = await fetch(other.baseUrl + asked, {
        headers: { cookie: session.cookie, accept: 'text/html' },
      });
      expect(await page.text()).toContain('This is the last administrator.');
      expect((await other.stores.directory.findUser(only.id))?.identities).toHaveLength(1);
      const second = await other.hire('second@acme.example', 'Second', ['stewards']);
      await other.stores.people.disable(second.id, { kind: 'command' });
      await expect(other.stores.people.disable(only.id, { kind: 'command' })).rejects.toMatchObject({
        detail: 'people.last_administrator',
      });
      await other.stores.people.enable(second.id, { kind: 'command' });
      await send(`/admin/people/${only.id}/disable`, {});
      expect((await other.stores.directory.findUser(only.id))?.disabledAt).toBeDefined();
      const yes = await other.stores.people.disable(second.id, { kind: 'command' }, undefined, {
        evenLast: true,
      });
      expect(yes.changed).toBe(true);
    } finally {
      await other.close();
    }
  });
});

describe('what is looked for', () => {
  it('comes as a part of the page for the script, and whole without it', async () => {
    const user = await world.hire('zsófia@acme.example', 'Zsófia <b>Nagy</b>', ['a & b']);
    const part = await (await get('/admin/people?q=zsóf&part=results')).text();
    expect(part).toContain('Zsófia &lt;b&gt;Nagy&lt;/b&gt;');
    expect(part).not.toContain('<html');
    expect(await (await get('/admin/people?q=zsóf')).text()).toContain('<html');
    expect(await (await get(`/admin/people?group=${encodeURIComponent('a & b')}`)).text()).toContain(user.id);
    expect(await (await get('/admin/people?q=nobody-has-it')).text()).toContain('Nobody fits.');
    expect((await get('/admin/people/nobody')).status).toBe(404);
    expect((await get(`/admin/groups/${encodeURIComponent('a & b')}`)).status).toBe(200);
  });

  it('in the audit trail is filtered and downloaded as JSON lines', async () => {
    const user = await somebody();
    await post(`/admin/people/${user.id}/disable`, { why: 'a test' });
    const html = await (await get(`/admin/audit?user=${user.id}&type=user.disabled`)).text();
    expect(html.match(/<li><details>/g)).toHaveLength(1);
    const lines = (await (await get(`/admin/audit/download?user=${user.id}`)).text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['user.disabled']);
    expect((await get('/admin/audit?since=nonsense&type=%27')).status).toBe(200);
  });

  it('of a provider is what to paste at it, and no secret', async () => {
    const html = await (await get('/admin/providers/microsoft')).text();
    expect(html).toContain(`${world.baseUrl}/sso/callback/microsoft`);
    expect(html).toContain('Data Engineering');
    expect(html).not.toContain('a-client-secret');
    expect(await (await get('/admin/providers/okta')).text()).toContain(`${world.baseUrl}/sso/acs/okta`);
    expect((await get('/admin/providers/nobody')).status).toBe(404);
  });
});

describe('the way in when nobody can sign in', () => {
  const link = (by = 'root') =>
    createRecoveryToken(
      { transient: world.stores.sessions.transient, random: (n) => Buffer.alloc(n, Math.random() * 255) },
      by,
    );

  it('is a link from the machine, good once, told in the audit trail', async () => {
    const token = await link();
    const page = await get(`/admin/recover?token=${token}`, {});
    expect(page.status).toBe(200);
    const first = await post('/admin/recover', { link: token }, {});
    const cookie = first.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(
      /^doorward-recovery=[\w-]{43}; Max-Age=1800; Path=\/admin; .*HttpOnly; SameSite=Strict$/,
    );
    const session = { cookie: cookie.split(';')[0] ?? '' };
    const html = await (await get('/admin', session)).text();
    expect(html).toContain('Recovery (root)');
    const again = await post('/admin/recover', { link: token }, {});
    expect([again.status, again.headers.getSetCookie()]).toEqual([400, []]);
    expect((await world.stores.directory.read({ type: 'admin.recovered' })).at(-1)?.event).toMatchObject({
      actor: { kind: 'command', name: 'root' },
    });

    const user = await somebody();
    const person = await (await get(`/admin/people/${user.id}/disable`, session)).text();
    const own = /name="token" value="([^"]+)"/.exec(person)?.[1] ?? '';
    await post(`/admin/people/${user.id}/disable`, {}, { ...session, token: own });
    const [event] = await world.stores.directory.read({ type: 'user.disabled', user: user.id });
    expect(event?.event.actor).toEqual({ kind: 'admin', name: 'recovery by root' });
  });

  it('opens nothing but the console', async () => {
    const answer = await post('/admin/recover', { link: await link() }, {});
    const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    expect((await get('/sso/session', { cookie })).status).toBe(401);
  });

  it.each(['', 'x'.repeat(43), '__proto__'])('is not opened by %j', async (token) => {
    expect((await post('/admin/recover', { link: token }, {})).status).toBe(400);
  });
});
