import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import { Browser, browserCookie, form, sessionCookie } from './browser.ts';
import { kinds, openPlace, type Place } from './gateway.ts';
import { admitted, admittedWith, openTown, signIn, type Town, upToCallback } from './people.ts';

const trusted = { trustedProxies: ['127.0.0.1'] };

describe.each(kinds)('the whole gateway, sessions in %s: cookies', (kind) => {
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

  it.each([
    ['behind a comma', (own: string) => `a=b, ${own}`, 401],
    ['behind a line of its own', (own: string) => `a=b;\t${own}`, 200],
    ['without a name in front', (own: string) => `=${own}`, 401],
    ['inside the value of another', (own: string) => `a="x; y=${own.replace('__Host-doorward=', '')}"`, 401],
    ['with its attributes', (own: string) => `${own}; Path=/; Secure`, 200],
    ['with a plus for a space in its signature', (own: string) => own.replaceAll('%2B', ' '), undefined],
    ['decoded', (own: string) => decodeURIComponent(own), 200],
    ['encoded twice', (own: string) => own.replaceAll('%', '%25'), 401],
    ['with its signature cut', (own: string) => own.slice(0, -1), 401],
    ['with something behind its signature', (own: string) => `${own}A`, 401],
    ['with padding behind its signature', (own: string) => `${own}%3D`, 401],
    ['with another id in front of its signature', (own: string) => own.replace('s%3A', 's%3Ax'), 401],
    ['with NUL behind it', (own: string) => `${own}%00`, 401],
    ['with a name in look-alike letters', (own: string) => own.replace('doorward=', 'do\u00f6rward='), 401],
  ])('36: our cookie %s is what it says', async (_how, change, status) => {
    const browser = town.browser();
    await signIn(browser);
    const own = `${sessionCookie}=${browser.cookies.get(sessionCookie) ?? ''}`;
    // The gate and the pages read it by code of their own; admittedWith fails when they differ.
    const said = await admittedWith(browser, change(own));
    expect(status ?? said).toBe(said);
    expect([200, 401]).toContain(said);
    expect(await admittedWith(browser, own)).toBe(200);
  });

  it('36: a session cookie in two Cookie lines is one header, and the same as in one', async () => {
    const [own, attacker] = [town.browser(), town.browser()];
    await signIn(own);
    await signIn(attacker);
    const [mine, theirs] = [own, attacker].map(
      (each) => `${sessionCookie}=${each.cookies.get(sessionCookie) ?? ''}`,
    );
    const status = async (lines: readonly string[]): Promise<number> => {
      const { hostname, port } = new URL(own.origin);
      return new Promise((resolve, reject) => {
        const asked = request({ hostname, port, path: '/sso/session', agent: false });
        asked.setHeader('cookie', [...lines]);
        asked.on('response', (response) => resolve((response.resume(), response.statusCode ?? 0)));
        asked.on('error', reject);
        asked.end();
      });
    };
    expect(await status(['a=b', mine ?? ''])).toBe(200);
    expect(await status([mine ?? '', theirs ?? ''])).toBe(401);
  });

  it('36: the correlation cookie is no session, and the session cookie no correlation', async () => {
    const browser = town.browser();
    await signIn(browser);
    const login = browser.cookies.get(browserCookie) ?? '';
    expect(await admittedWith(browser, `${sessionCookie}=${login}`)).toBe(401);
    const other = town.browser();
    const callback = await upToCallback(other);
    const session = browser.cookies.get(sessionCookie) ?? '';
    const cookie = `${browserCookie}=${session}; ${sessionCookie}=${session}`;
    expect((await new Browser(other.origin).ask(callback, { headers: { cookie } })).status).toBe(400);
    expect((await other.ask(callback)).status).toBe(303);
  });

  it('37: correlation cookies of many browsers in one request find the one login, and only its own', async () => {
    const [one, other] = [town.browser(), town.browser()];
    const [mine, theirs] = [await upToCallback(one), await upToCallback(other)];
    const value = one.cookies.get(browserCookie) ?? '';
    const junk = Array.from(
      { length: 15 },
      (_, each) => `${browserCookie}-${'x'.repeat(6)}=${String(each).padStart(43, 'x')}`,
    );
    const cookie = [...junk, `${browserCookie}=${value}`].join('; ');
    const third = new Browser(one.origin);
    expect((await third.ask(theirs, { headers: { cookie } })).status).toBe(400);
    expect((await third.ask(mine, { headers: { cookie } })).status).toBe(303);
    expect((await other.ask(theirs)).status).toBe(303);
  });
});

describe.each(kinds)('the whole gateway, sessions in %s: one session for a domain', (kind) => {
  let place: Place;
  let town: Town;
  beforeAll(async () => {
    place = await openPlace(kind);
    town = await openTown(place, { ...trusted, session: { cookieDomain: 'acme.example' } });
  });
  afterAll(async () => {
    await town.close();
    await place.close();
    removeConfigs();
  });

  it('36: the cookie is of the domain because a setting says so, and still secure', async () => {
    const { setCookies } = await signIn(town.browser());
    expect(setCookies.filter((line) => line.includes('doorward='))).toEqual([
      expect.stringMatching(
        /^__Secure-doorward=[^;]+; Domain=acme\.example; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });

  it('36: a sibling that tosses its own living session signs nobody in under it', async () => {
    const [own, attacker] = [town.browser(), town.browser()];
    await signIn(own);
    await signIn(attacker);
    const name = '__Secure-doorward';
    const [mine, tossed] = [own, attacker].map((each) => `${name}=${each.cookies.get(name) ?? ''}`);
    expect(await admittedWith(own, mine ?? '')).toBe(200);
    expect(await admittedWith(own, `${tossed}; ${mine}`)).toBe(401);
    expect(await admittedWith(own, `${mine}; ${tossed}`)).toBe(401);
  });

  it('36: cookies that a sibling tosses by the dozen, none of them signed, do not push ours out of sight', async () => {
    const own = town.browser();
    await signIn(own);
    const mine = `__Secure-doorward=${own.cookies.get('__Secure-doorward') ?? ''}`;
    const junk = (value: (each: number) => string, count: number): string =>
      Array.from({ length: count }, (_, each) => `__Secure-doorward=${value(each)}`).join('; ');
    const looksSigned = (each: number): string => `s%3A${String(each).padStart(43, 'x')}.${'A'.repeat(43)}`;
    for (const tossed of [
      junk(() => 'x', 200),
      junk(looksSigned, 100),
      junk((each) => `s%3A${each}.`, 200),
    ]) {
      expect(await admittedWith(own, `${tossed}; ${mine}`)).toBe(200);
      expect(await admittedWith(own, `${mine}; ${tossed}`)).toBe(200);
      expect(await admittedWith(own, tossed)).toBe(401);
    }
  });

  it('36: nor do sessions of its own that are dead', async () => {
    const [own, attacker] = [town.browser(), town.browser()];
    await signIn(own);
    await signIn(attacker);
    const [mine, dead] = [own, attacker].map(
      (each) => `__Secure-doorward=${each.cookies.get('__Secure-doorward') ?? ''}`,
    );
    await attacker.ask('/sso/logout', form({}, { origin: town.gateway.config.baseUrl }));
    const session = (cookie: string) =>
      new Browser(own.origin).ask('/sso/session', { headers: { cookie, accept: 'application/json' } });
    // Nobody works in it, and whoever signs in again is in.
    expect((await session(`${dead}`)).status).toBe(401);
    expect([200, 401]).toContain((await session(`${dead}; ${mine}`)).status);
    own.cookies.set('__Secure-doorward', dead?.slice('__Secure-doorward='.length) ?? '');
    expect((await signIn(own)).status).toBe(303);
    expect(await admitted(own)).toBe(200);
  });
});
