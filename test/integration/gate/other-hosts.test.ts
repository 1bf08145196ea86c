import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testActor, type Gateway } from '../../support/gateway.ts';
import { NavigatingBrowser } from '../../support/navigating-browser.ts';
import { otherHostsWorld, type OtherHostsWorld } from '../../support/other-hosts-world.ts';

let world: OtherHostsWorld;
let gateway: Gateway;
let other: string;
let third: string;
let browser: NavigatingBrowser;

beforeAll(async () => {
  world = await otherHostsWorld();
  ({ gateway, other, third } = world);
});
afterAll(() => world.close());
beforeEach(() => {
  browser = new NavigatingBrowser();
});

const base = (): string => world.base;
const cookieAt = (where: string, who = browser): string | undefined => who.cookie(where, 'doorward-host');
const arrive = (page = `${other}/tables?q=1`, who = browser) => world.arrive(page, who);

describe('a host of another domain', () => {
  it('is signed in at by a code, and comes back to the page; no session id is in any address', async () => {
    const { url, response, seen } = await arrive();
    expect([url, response.status]).toEqual([`${other}/tables?q=1`, 200]);
    const told = (await response.json()) as { headers: Record<string, string> };
    expect(told.headers['x-auth-request-email']).toBe('ann@acme.example');
    expect(told.headers['cookie'] ?? '').not.toMatch(/doorward/);
    const session = decodeURIComponent(browser.cookie(base(), 'doorward') ?? '');
    const id = session.slice(2, session.lastIndexOf('.'));
    expect(id.length).toBeGreaterThan(20);
    for (const address of seen) expect(decodeURIComponent(address)).not.toContain(id);
    expect(cookieAt(other)).not.toContain(id);
  });

  it('needs no second sign-in: whoever is signed in at the gateway comes in at once', async () => {
    await arrive();
    const before = world.op.requests.length;
    const { url, response } = await arrive(`${third}/`);
    expect([url, response.status]).toEqual([`${third}/`, 200]);
    expect(world.op.requests).toHaveLength(before);
  });

  it('tells who is there, and leads to the gateway for everything else', async () => {
    await arrive();
    const who = await browser.ask(`${other}/sso/session`);
    expect(await who.json()).toMatchObject({ user: { userName: 'ann' } });
    for (const page of ['/sso/me', '/sso/logout', '/sso/login?rd=/x']) {
      const answer = await browser.ask(`${other}${page}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `${base()}${page}`]);
    }
    expect((await browser.ask(`${other}/sso/logout`, { method: 'POST' })).status).toBe(404);
  });

  it('is signed out with the gateway, on the very next request', async () => {
    await arrive();
    const url = `${base()}/sso/logout`;
    const out = await browser.ask(url, { method: 'POST', headers: { origin: base() } });
    expect(out.status).toBeLessThan(400);
    const answer = await browser.ask(`${other}/tables`);
    expect([answer.status, new URL(answer.headers.get('location') ?? '').pathname]).toEqual([
      302,
      '/sso/handover/start',
    ]);
    expect((await browser.ask(`${other}/sso/session`)).status).toBe(401);
  });

  it('feels every other ending too: revoked, and disabled', async () => {
    await arrive();
    const [ann] = await gateway.app.stores.directory.findByName('ann');
    await gateway.app.stores.directory.setDisabled(ann?.id ?? '', { at: Date.now() });
    expect((await browser.ask(`${other}/tables`)).status).toBe(403);
    await gateway.app.stores.directory.setDisabled(ann?.id ?? '', undefined);
    expect((await browser.ask(`${other}/tables`)).status).toBe(200);
    await gateway.app.stores.endings.endAllOf(ann?.id ?? '', 'revoked', testActor);
    expect((await browser.ask(`${other}/tables`)).status).toBe(302);
  });
});

describe('a hand-over', () => {
  /** Goes as far as the address with the code, and does not open it. */
  async function codeAddress(who = browser): Promise<string> {
    await arrive(undefined, who);
    const fresh = await who.ask(`${other}/sso/handover/start?rd=/tables`);
    const issued = await who.ask(fresh.headers.get('location') ?? '');
    return issued.headers.get('location') ?? '';
  }

  it('is good for one time only', async () => {
    const address = await codeAddress();
    expect((await browser.ask(address)).status).toBe(303);
    expect((await browser.ask(address)).status).toBe(400);
  });

  it('is good in the browser only that asked for it', async () => {
    const address = await codeAddress();
    const thief = new NavigatingBrowser();
    await thief.ask(`${other}/sso/handover/start?rd=/`);
    expect((await thief.ask(address)).status).toBe(400);
    expect(cookieAt(other, thief)).toBeUndefined();
  });

  it('is good at one host only', async () => {
    const address = new URL(await codeAddress());
    await browser.ask(`${third}/sso/handover/start`);
    const [mine] = [browser.cookie(other, 'doorward-handover')];
    browser.jars.get(new URL(third).host)?.set('doorward-handover', mine ?? '');
    expect((await browser.ask(`${third}${address.pathname}${address.search}`)).status).toBe(400);
    expect((await browser.ask(`${base()}${address.pathname}${address.search}`)).status).toBe(404);
  });

  it('leads to a path of that host, whatever is asked', async () => {
    await arrive();
    for (const rd of [
      '//evil.example',
      'https://evil.example/',
      '/\\evil.example',
      `${base()}/`,
      'javascript:x',
    ]) {
      const { url } = await arrive(`${other}/sso/handover/start?rd=${encodeURIComponent(rd)}`);
      expect(url).toBe(`${other}/`);
    }
  });

  it('is for configured hosts only', async () => {
    await arrive();
    const browserDigest = 'A'.repeat(43);
    for (const host of ['evil.example', '', `localhost:1`, base().slice(7)]) {
      const query = new URLSearchParams({ host, browser: browserDigest, rd: '/' });
      expect((await browser.ask(`${base()}/sso/handover/issue?${query.toString()}`)).status).toBe(404);
    }
    const bad = new URLSearchParams({ host: new URL(other).host, browser: 'short', rd: '/' });
    expect((await browser.ask(`${base()}/sso/handover/issue?${bad.toString()}`)).status).toBe(400);
  });

  it('gives a cookie that means nothing at another host, at the gateway itself, or changed', async () => {
    await arrive();
    const value = cookieAt(other) ?? '';
    const status = async (where: string, name: string, cookie: string): Promise<number> => {
      const who = new NavigatingBrowser();
      who.jars.set(new URL(where).host, new Map([[name, cookie]]));
      return (await who.ask(`${where}/sso/session`)).status;
    };
    expect(await status(other, 'doorward-host', value)).toBe(200);
    expect(await status(third, 'doorward-host', value)).toBe(401);
    expect(await status(base(), 'doorward-host', value)).toBe(401);
    expect(await status(base(), 'doorward', value)).toBe(401);
    expect(await status(other, 'doorward-host', `${value.slice(0, -2)}AA`)).toBe(401);
    // Nor does the session cookie itself, brought to the other host.
    expect(await status(other, 'doorward', browser.cookie(base(), 'doorward') ?? '')).toBe(401);
  });
});
