import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import { Browser, browserCookie, form, sessionCookie } from './browser.ts';
import { kinds, openPlace, type Place } from './gateway.ts';
import { admitted, admittedWith, digestIn, openTown, signIn, type Town, upToCallback } from './people.ts';

const trusted = { trustedProxies: ['127.0.0.1'] };
const signed = (id: string, secret: string): string =>
  encodeURIComponent(
    `s:${id}.${createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')}`,
  );

describe.each(kinds)('the whole gateway, sessions in %s: sessions and logout', (kind) => {
  let place: Place;
  let town: Town;
  beforeAll(async () => {
    place = await openPlace(kind);
    town = await openTown(place, trusted);
  });
  afterAll(async () => {
    await town.close();
    await place.close();
    removeConfigs();
  });
  const secret = (): string => town.gateway.config.secrets[0] ?? '';
  const signOut = (browser: Browser) =>
    browser.ask('/sso/logout', form({}, { origin: town.gateway.config.baseUrl }));

  it('36: the session cookie is of this host alone, for https alone, and out of reach of scripts and other sites', async () => {
    const browser = town.browser();
    const { status, setCookies } = await signIn(browser);
    expect(status).toBe(303);
    expect(setCookies.filter((line) => line.startsWith(`${sessionCookie}=`))).toEqual([
      expect.stringMatching(
        /^__Host-doorward=s%3A[\w-]{43}\.[\w%]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
    expect(await admitted(browser)).toBe(200);
  });

  it('36: the correlation cookie goes along with a post from another site, and with https alone', async () => {
    const { setCookies } = await town.browser().ask('/sso/login/op');
    expect(setCookies).toHaveLength(2);
    for (const line of setCookies)
      expect(line).toMatch(
        /^__Host-doorward-login(-[\w-]{6})?=[\w-]{43}; Max-Age=\d+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=None$/,
      );
  });

  it('36: nobody who is not signed in gets a session, whatever they ask for', async () => {
    const browser = town.browser();
    const before = await town.gateway.standing();
    for (const path of [
      '/sso/login',
      '/sso/logout',
      '/sso/session',
      '/sso/me',
      '/sso/callback/op',
      '/sso/nothing',
    ]) {
      const { setCookies } = await browser.ask(path);
      expect(setCookies.filter((line) => line.startsWith(`${sessionCookie}=`))).toEqual([]);
    }
    expect(await town.gateway.standing()).toEqual(before);
  });

  it('36: a session of before the login is dead after it, though the attacker still has its cookie', async () => {
    const attacker = town.browser();
    await signIn(attacker);
    const planted = attacker.cookies.get(sessionCookie) ?? '';
    const victim = town.browser();
    victim.cookies.set(sessionCookie, planted);
    expect((await signIn(victim)).status).toBe(303);
    expect(victim.cookies.get(sessionCookie)).not.toBe(planted);
    expect(await admitted(attacker)).toBe(401);
    expect(await admitted(victim)).toBe(200);
  });

  it.each([
    ['that we never made, but signed', (id: string) => signed(id, secret())],
    ['that is not signed', (id: string) => `s%3A${id}.`],
    ['that somebody else signed', (id: string) => signed(id, 'another secret of thirty-two letters!')],
    ['without our form', (id: string) => id],
  ])('36: a session id %s is not taken over by a login', async (_what, cookie) => {
    const id = 'x'.repeat(43);
    const victim = town.browser();
    victim.cookies.set(sessionCookie, cookie(id));
    expect(await admitted(victim)).toBe(401);
    expect((await signIn(victim)).status).toBe(303);
    expect(decodeURIComponent(victim.cookies.get(sessionCookie) ?? '')).not.toContain(id);
    expect(await admittedWith(victim, `${sessionCookie}=${cookie(id)}`)).toBe(401);
  });

  it('36: cookies of other names and spellings are nobody’s session', async () => {
    const browser = town.browser();
    await signIn(browser);
    const value = browser.cookies.get(sessionCookie) ?? '';
    for (const name of [
      'doorward',
      '__Secure-doorward',
      '__host-doorward',
      '__Host-doorward ',
      ' __Host-Doorward',
      '"__Host-doorward"',
    ])
      expect([
        name,
        await admittedWith(browser, `${name.trim() === sessionCookie ? 'x' : name}=${value}`),
      ]).toEqual([name, 401]);
    expect(await admittedWith(browser, `${sessionCookie}=${value}`)).toBe(200);
  });

  it('36: a cookie beside ours that nobody signed has no effect, before it or behind it', async () => {
    const browser = town.browser();
    await signIn(browser);
    const own = `${sessionCookie}=${browser.cookies.get(sessionCookie) ?? ''}`;
    const tossed = `${sessionCookie}=s%3Atossed.AAAA`;
    expect(await admittedWith(browser, `${tossed}; ${own}`)).toBe(200);
    expect(await admittedWith(browser, `${own}; ${tossed}`)).toBe(200);
  });

  it('36: two sessions in one request are nobody, so that nobody works in a tossed account', async () => {
    const [own, attacker] = [town.browser(), town.browser()];
    await signIn(own);
    await signIn(attacker);
    const [one, two] = [own, attacker].map(
      (each) => `${sessionCookie}=${each.cookies.get(sessionCookie) ?? ''}`,
    );
    expect(await admittedWith(own, `${one}; ${two}`)).toBe(401);
    expect(await admittedWith(own, `${two}; ${one}`)).toBe(401);
  });

  it('36: a cookie header of a thousand cookies, and one of 12 kB, hold nobody up', async () => {
    const browser = town.browser();
    await signIn(browser);
    const own = `${sessionCookie}=${browser.cookies.get(sessionCookie) ?? ''}`;
    const many = Array.from({ length: 900 }, (_, each) => `c${each}=v`).join('; ');
    expect(await admittedWith(browser, `${many}; ${own}`)).toBe(200);
    expect(await admittedWith(browser, `${sessionCookie}=${'x'.repeat(12_000)}; ${own}`)).toBe(200);
    expect(
      (await browser.ask('/sso/session', { headers: { cookie: `a=${'x'.repeat(20_000)}` } })).status,
    ).toBe(431);
  });

  it('37: a login that another browser began cannot be finished here, and this one’s session stays', async () => {
    const [victim, attacker] = [town.browser(), town.browser()];
    await signIn(victim);
    const before = victim.cookies.get(sessionCookie);
    const reply = await victim.ask(await upToCallback(attacker));
    expect(reply.status).toBe(400);
    expect(reply.setCookies).toEqual([]);
    expect(victim.cookies.get(sessionCookie)).toBe(before);
    expect(await admitted(victim)).toBe(200);
  });

  it('37: an attacker’s correlation cookie under a second name is used for that login alone, as its value is a secret', async () => {
    const [victim, attacker] = [town.browser(), town.browser()];
    const callback = await upToCallback(attacker);
    await victim.ask('/sso/login/op');
    // What a page on another site can do is to make the browser ask; it cannot set a __Host- cookie.
    const [own] = [...victim.cookies].filter(([name]) => name === browserCookie);
    expect(own?.[1]).not.toBe(attacker.cookies.get(browserCookie));
    expect((await victim.ask(callback)).status).toBe(400);
  });

  it('37: another site cannot sign anybody out', async () => {
    const browser = town.browser();
    await signIn(browser);
    for (const origin of ['https://evil.example', 'null', 'https://catalog.acme.example.evil.example']) {
      const reply = await browser.ask('/sso/logout', form({}, { origin, 'sec-fetch-site': 'cross-site' }));
      expect([origin, reply.status]).toEqual([origin, 403]);
    }
    expect((await browser.ask('/sso/logout', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
      200,
    );
    expect(await admitted(browser)).toBe(200);
  });

  it('35: ten logins begun at once in a browser that was never here all finish, each at its own page', async () => {
    const browser = town.browser();
    const tabs = Array.from({ length: 10 }, (_, each) => each);
    const callbacks = await Promise.all(
      tabs.map((tab) => upToCallback(browser, `/sso/login/op?rd=%2Ftab-${tab}`)),
    );
    // Begun before any cookie was there: one each, and the one they share from now on.
    expect([...browser.cookies.keys()].filter((name) => name.startsWith(browserCookie))).toHaveLength(11);
    const ends: string[] = [];
    for (const callback of callbacks.toReversed())
      ends.push(String((await browser.ask(callback)).headers.location));
    expect(ends.toReversed()).toEqual(tabs.map((tab) => `/tab-${tab}`));
    expect(await admitted(browser)).toBe(200);
  });

  it('35: ten answers at the very same moment in one browser leave it signed in, and the other sessions dead', async () => {
    const browser = town.browser();
    await browser.ask('/sso/login/op');
    const tabs = Array.from({ length: 10 }, (_, each) => each);
    const callbacks = await Promise.all(
      tabs.map((tab) => upToCallback(browser, `/sso/login/op?rd=%2Fat-once-${tab}`)),
    );
    const replies = await Promise.all(callbacks.map((callback) => browser.ask(callback)));
    expect(replies.map(({ status }) => status)).toEqual(tabs.map(() => 303));
    expect(await admitted(browser)).toBe(200);
  });

  it('35: fifty logins that nobody finishes leave two cookies, and nothing that stays', async () => {
    const browser = town.browser();
    const before = await town.gateway.standing();
    for (let each = 0; each < 50; each += 1) await browser.ask(`/sso/login/op?rd=%2F${each}`);
    expect(browser.cookies.size).toBe(2);
    expect(await town.gateway.standing()).toEqual(before);
  });

  it('39: a session that is signed out stays dead, whatever was in flight', async () => {
    for (let round = 0; round < 8; round += 1) {
      const browser = town.browser();
      await signIn(browser);
      const digest = digestIn(browser, town.gateway.config.secrets);
      const cookie = `${sessionCookie}=${browser.cookies.get(sessionCookie) ?? ''}`;
      const busy = (path: string) => new Browser(browser.origin).ask(path, { headers: { cookie } });
      const paths = [
        '/sso/me',
        '/sso/logout',
        '/sso/session',
        '/sso/me/data',
        '/sso/callback/op?state=x',
        '/sso/acs/op',
      ];
      const before = paths.map((path) => busy(path));
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round));
      const ending = signOut(browser);
      const during = paths.map((path) => busy(path));
      expect((await ending).status).toBe(303);
      expect(await admittedWith(browser, cookie)).toBe(401);
      await Promise.all([...before, ...during]);
      expect(await admittedWith(browser, cookie)).toBe(401);
      expect(await town.gateway.app.stores.sessions.get(digest)).toBeUndefined();
    }
  });

  it('39: a second login that is in flight at the sign-out does not bring the first session back', async () => {
    const browser = town.browser();
    await signIn(browser);
    const cookie = `${sessionCookie}=${browser.cookies.get(sessionCookie) ?? ''}`;
    const callback = await upToCallback(browser);
    const [ending, answer] = await Promise.all([signOut(browser), browser.ask(callback)]);
    expect([ending.status, answer.status]).toEqual([303, 303]);
    expect(await admittedWith(browser, cookie)).toBe(401);
  });
});
