import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConsoleWorld, providers, startConsole } from '../../support/console-world.ts';

let world: ConsoleWorld;
let admin: Awaited<ReturnType<ConsoleWorld['signIn']>>;

beforeAll(async () => {
  world = await startConsole({ scim: true });
  admin = await world.signIn(world.admin);
});
afterAll(() => world?.close());

async function post(path: string, form: Record<string, string>) {
  const response = await fetch(world.baseUrl + path, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token: admin.token, ...form }),
    headers: { accept: 'text/html', origin: world.baseUrl, cookie: admin.cookie },
  });
  return { status: response.status, location: response.headers.get('location'), html: await response.text() };
}

const get = async (path: string) =>
  (await fetch(world.baseUrl + path, { headers: { accept: 'text/html', cookie: admin.cookie } })).text();

describe('a person who is added before they come', () => {
  it('is found by the first sign-in that answers to the address, with their groups', async () => {
    const { location } = await post('/admin/people/new', {
      email: 'zoe@acme.example',
      name: 'Zoe Example',
      groups: 'stewards\r\n\r\n Łódź \r\nstewards',
    });
    expect(location).toMatch(/^\/admin\/people\/[0-9a-f-]{36}\?done=person$/);
    const [zoe] = await world.stores.directory.findByName('zoe@acme.example');
    expect(zoe?.memberships.map(({ group }) => group)).toEqual(['stewards', 'Łódź']);
    const found = await world.stores.directory.findLinkable({
      provider: 'okta',
      subject: 'zoe-1',
      email: 'zoe@acme.example',
      byVerifiedEmail: false,
    });
    expect(found.map(({ id }) => id)).toEqual([zoe?.id]);
  });

  it.each([
    [{}, 'Say how to know the person'],
    [{ email: 'nobody' }, 'That is no email address'],
    [{ subject: 'x-1' }, 'An id belongs to a provider'],
  ])('needs what they are known by: %j', async (form, expected) => {
    const { status, html } = await post('/admin/people/new', form);
    expect([status, html]).toEqual([400, expect.stringContaining(expected)]);
  });
});

describe('an identity', () => {
  it('is joined to one person only, and taken away with their sessions', async () => {
    const [ann, bob] = [
      await world.hire('ann@x.example', 'Ann', []),
      await world.hire('bob@x.example', 'Bob', []),
    ];
    const form = { provider: 'okta', subject: 'ann-at-okta' };
    expect((await post(`/admin/people/${ann.id}/link`, form)).location).toBe(
      `/admin/people/${ann.id}?done=linked`,
    );
    const taken = await post(`/admin/people/${bob.id}/link`, form);
    expect([taken.status, taken.html]).toEqual([
      400,
      expect.stringContaining('Somebody else has that identity'),
    ]);
    const [, issuer = ''] =
      /issuer=([^&"]+)[^"]*ann-at-okta/.exec(await get(`/admin/people/${ann.id}`)) ?? [];
    expect(decodeURIComponent(issuer)).toBe(providers[1].issuer);

    const session = await world.signIn(ann);
    const gone = await post(`/admin/people/${ann.id}/unlink`, { ...form, issuer: providers[1].issuer });
    expect(gone.location).toBe(`/admin/people/${ann.id}?done=unlinked`);
    const asked = await fetch(`${world.baseUrl}/sso/session`, { headers: { cookie: session.cookie } });
    expect(asked.status).toBe(401);
    const events = await world.stores.directory.read({ user: ann.id, type: 'identity.unlinked' });
    expect(events[0]?.event.actor).toEqual({ kind: 'admin', name: world.admin.id });
  });

  it('is exchanged for a new one at the provider, in the API too', async () => {
    const bob = await world.hire('bob3@x.example', 'Bob', []);
    const headers = {
      cookie: admin.cookie,
      'x-doorward-token': admin.token,
      origin: world.baseUrl,
      'content-type': 'application/json',
    };
    const send = async (method: string, body: object) => {
      const address = `${world.baseUrl}/admin/api/people/${bob.id}/identities`;
      return (await fetch(address, { method, headers, body: JSON.stringify(body) })).json();
    };
    const { issuer } = providers[1];
    const old = { provider: 'okta', issuer, subject: 'bob-old' };
    expect(await send('POST', old)).toEqual({ result: 'linked' });
    await world.signIn(bob);
    const next = { ...old, subject: 'bob-new' };
    expect(await send('PUT', next)).toEqual({ result: 'relinked', takenAway: 1, ended: 1 });
    const found = await world.stores.directory.findUser(bob.id);
    expect(found?.identities.filter(({ provider }) => provider === 'okta')).toMatchObject([next]);
    expect(await send('DELETE', next)).toEqual({ changed: true, ended: 0 });
    expect(await send('DELETE', next)).toEqual({ changed: false, ended: 0 });
  });

  it('of nobody is not joined', async () => {
    const bob = await world.hire('bob2@x.example', 'Bob', []);
    expect((await post(`/admin/people/${bob.id}/link`, { provider: 'okta', subject: ' ' })).status).toBe(400);
    expect((await post(`/admin/people/${bob.id}/link`, { provider: 'none', subject: 'x' })).status).toBe(400);
  });
});

describe('a token of a provisioning client', () => {
  it('is shown once, works, and is refused on the request after it was revoked', async () => {
    const { status, html } = await post('/admin/scim/tokens', {
      provider: 'okta',
      name: 'Okta, production',
      kind: 'bearer',
      days: '365',
    });
    expect(status).toBe(200);
    const [, secret = ''] = /<dt>Token<\/dt><dd><code data-copy>([^<]+)</.exec(html) ?? [];
    const ask = () =>
      fetch(`${world.baseUrl}/scim/v2/Users`, { headers: { authorization: `Bearer ${secret}` } });
    expect((await ask()).status).toBe(200);
    const page = await get('/admin/scim');
    expect(page).toContain('Okta, production');
    expect(page).not.toContain(secret);
    const [, id = ''] = /name="id" value="([^"]+)"/.exec(page) ?? [];
    expect((await post('/admin/scim/tokens/revoke', { id })).location).toBe('/admin/scim?done=revoked');
    expect((await ask()).status).toBe(401);
  });

  it('that ends within two weeks is a warning on its page and on the first one, and in the API', async () => {
    const { tokens } = world.stores.directory.scim;
    const at = Date.now();
    await tokens.add({
      id: '00112233445566aa',
      provider: 'okta',
      kind: 'bearer',
      name: 'Ends & soon',
      digest: 'x',
      clientId: undefined,
      createdAt: at,
      expiresAt: at + 10 * 24 * 3_600_000,
      lastUsedAt: undefined,
      revokedAt: undefined,
    });
    expect(await get('/admin/scim')).toMatch(/Ends &amp; soon<\/bdi><\/strong> ends within 14 days/);
    expect(await get('/admin')).toContain('the SCIM token &quot;Ends &amp; soon&quot;');
    const list = await fetch(`${world.baseUrl}/admin/api/scim`, { headers: { cookie: admin.cookie } });
    expect(JSON.stringify(await list.json())).toContain('"endsWithinDays":14');
    await tokens.revoke('00112233445566aa', at);
    expect(await get('/admin')).not.toContain('Ends &amp; soon');
  });

  it.each([
    [{ provider: 'okta', name: '', kind: 'bearer', days: '365' }],
    [{ provider: 'okta', name: 'x', kind: 'bearer', days: '9999' }],
    [{ provider: 'microsoft', name: 'x', kind: 'bearer', days: '90' }],
  ])('is not made of %j', async (form) => {
    expect((await post('/admin/scim/tokens', form)).status).toBe(400);
  });

  it('is in the API too, without its digest', async () => {
    const headers = {
      cookie: admin.cookie,
      'x-doorward-token': admin.token,
      origin: world.baseUrl,
      'content-type': 'application/json',
    };
    const base = `${world.baseUrl}/admin/api/scim`;
    const made = await fetch(`${base}/okta/tokens`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'by API', kind: 'client' }),
    });
    const { token, secret } = (await made.json()) as { token: { id: string }; secret: string };
    expect(secret).not.toBe('');
    const list = await (await fetch(base, { headers })).text();
    expect(list).toContain('by API');
    expect(list).not.toMatch(/digest/);
    const gone = await fetch(`${base}/tokens/${token.id}`, { method: 'DELETE', headers });
    expect(await gone.json()).toEqual({ changed: true });
    expect(
      (await fetch(`${base}/nobody/tokens`, { method: 'POST', headers, body: '{"name":"x"}' })).status,
    ).toBe(404);
  });
});

describe('an API token that a person made', () => {
  it('is seen on their page and in the API, and ends at once when an administrator revokes it', async () => {
    const carol = await world.hire('carol@x.example', 'Carol', []);
    const [{ provider = '' } = {}] = carol.identities;
    const made = async (name: string) => {
      const created = await world.stores.tokens.create(
        { userId: carol.id, provider, name },
        { kind: 'person' },
      );
      if (created.kind !== 'created') throw new Error(created.kind);
      return created;
    };
    const [nightly, weekly] = [await made('Nightly <report>'), await made('weekly')];
    const page = await get(`/admin/people/${carol.id}`);
    expect(page).toContain('Nightly &lt;report&gt;');
    expect(page).not.toContain(nightly.text);
    const form = { id: nightly.token.id };
    expect((await post(`/admin/people/${carol.id}/tokens`, form)).location).toBe(
      `/admin/people/${carol.id}?done=revoked`,
    );
    const headers = {
      cookie: admin.cookie,
      'x-doorward-token': admin.token,
      origin: world.baseUrl,
      'content-type': 'application/json',
    };
    const base = `${world.baseUrl}/admin/api/people/${carol.id}/tokens`;
    const left = await (await fetch(base, { headers })).text();
    expect(JSON.parse(left)).toMatchObject({ tokens: [{ name: 'weekly', provider, lastUsedAt: null }] });
    expect(left).not.toMatch(/digest|dw_/);
    const end = () => fetch(`${base}/${weekly.token.id}`, { method: 'DELETE', headers });
    expect(await (await end()).json()).toEqual({ changed: true });
    expect(await (await end()).json()).toEqual({ changed: false });
    expect(await world.stores.tokens.list(carol.id)).toEqual([]);
    const events = await world.stores.directory.read({ user: carol.id, type: 'token.revoked' });
    expect(events.map(({ event }) => event.actor)).toEqual([
      { kind: 'admin', name: world.admin.id },
      { kind: 'admin', name: world.admin.id },
    ]);
  });
});
