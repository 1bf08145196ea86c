import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exchange } from '../../support/http-exchange.ts';
import { NavigatingBrowser } from '../../support/navigating-browser.ts';
import { otherHostsWorld, type OtherHostsWorld } from '../../support/other-hosts-world.ts';

let world: OtherHostsWorld;
let victim: NavigatingBrowser;
let attacker: NavigatingBrowser;
let later = 0;

beforeAll(async () => {
  world = await otherHostsWorld({ now: () => Date.now() + later });
});
afterAll(() => world.close());
beforeEach(() => {
  later = 0;
  [victim, attacker] = [new NavigatingBrowser(), new NavigatingBrowser()];
});

const cookieName = 'doorward-host';
const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const browserDigest = (who: NavigatingBrowser): string =>
  digestOf(who.cookie(world.other, 'doorward-handover') ?? '');
const issueFor = (who: NavigatingBrowser, rd = '/'): string => {
  const query = new URLSearchParams({ host: new URL(world.other).host, browser: browserDigest(who), rd });
  return `${world.base}/sso/handover/issue?${query.toString()}`;
};
/** The address with a code that the browser of somebody signed in is given for a digest. */
async function issued(by: NavigatingBrowser, to: NavigatingBrowser): Promise<string> {
  const answer = await by.ask(issueFor(to));
  expect(answer.status).toBe(303);
  return answer.headers.get('location') ?? '';
}
/** Who a gateway says somebody is who brings this cookie. */
async function session(where: string, cookie: string, headers: Record<string, string> = {}) {
  const { host, port } = new URL(where);
  return (
    await exchange(Number(port), '/sso/session', { headers: { Host: host, Cookie: cookie, ...headers } })
  ).status;
}

describe('the cookie of another host', () => {
  it('means nothing at the gateway itself, also when it is written as what it is remembered under', async () => {
    await world.arrive(`${world.other}/`, victim);
    const [value = '', own = ''] = [
      victim.cookie(world.other, cookieName),
      victim.cookie(world.base, 'doorward'),
    ];
    const host = new URL(world.other).host;
    expect(await session(world.other, `${cookieName}=${value}`)).toBe(200);
    for (const between of [' ', '%20', '|', ':', ',', '\t', '/', '']) {
      expect(await session(world.base, `doorward=${host}${between}${value}`)).toBe(401);
      expect(await session(world.base, `doorward=${value}${between}${host}`)).toBe(401);
      expect(await session(world.third, `${cookieName}=${host}${between}${value}`)).toBe(401);
    }
    expect(await session(world.base, `doorward=${own}`)).toBe(200);
    for (const between of [' ', '\t', '']) {
      expect(await session(world.other, `${cookieName}=${host}${between}${own}`)).toBe(401);
    }
  });

  it('is not looked at because a stranger says that it is for that host', async () => {
    await world.arrive(`${world.other}/`, victim);
    const cookie = `${cookieName}=${victim.cookie(world.other, cookieName)}`;
    for (const name of ['X-Forwarded-Host', 'X-Host', 'X-Original-Host', 'Forwarded']) {
      const host = new URL(world.other).host;
      expect(
        await session(world.base, cookie, { [name]: name === 'Forwarded' ? `host=${host}` : host }),
      ).toBe(401);
    }
  });

  it('is good whatever the spelling of its own host, and at no other port', async () => {
    await world.arrive(`${world.other}/`, victim);
    const cookie = `${cookieName}=${victim.cookie(world.other, cookieName)}`;
    const { hostname, port } = new URL(world.other);
    const at = async (host: string) =>
      (await exchange(Number(port), '/sso/session', { headers: { Host: host, Cookie: cookie } })).status;
    expect(await at(`${hostname.toUpperCase()}:${port}`)).toBe(200);
    expect(await at(`${hostname}.:${port}`)).toBe(200);
    for (const host of [
      hostname,
      `${hostname}:1`,
      `${hostname}:${port}.evil.example`,
      `evil.${hostname}:${port}`,
    ])
      expect([host, await at(host)]).toEqual([host, 401]);
  });

  it('among several of its name decides nothing when two of them live', async () => {
    await world.arrive(`${world.other}/`, victim);
    await world.arrive(`${world.other}/`, attacker);
    const [one, two] = [victim, attacker].map(
      (who) => `${cookieName}=${who.cookie(world.other, cookieName)}`,
    );
    expect(await session(world.other, `${one}; ${two}`)).toBe(401);
    expect(await session(world.other, `${cookieName}=tossed; ${one}`)).toBe(200);
  });
});

describe('a code', () => {
  it('that somebody had made for their own browser does not come to life there: arriving elsewhere first, it is dead', async () => {
    await world.arrive(`${world.base}/`, victim);
    await attacker.ask(`${world.other}/sso/handover/start`);
    // A page of the attacker's sends the victim's browser off, which carries the code to the other host, and no further.
    const { url, response } = await victim.go(issueFor(attacker));
    expect([new URL(url).origin, response.status]).toEqual([world.other, 400]);
    expect((await attacker.ask(url)).status).toBe(400);
    expect(attacker.cookie(world.other, cookieName)).toBeUndefined();
  });

  it('of somebody else’s session signs nobody in under it (login CSRF), and leaves who was there', async () => {
    await world.arrive(`${world.other}/`, victim);
    const before = victim.cookie(world.other, cookieName);
    await world.arrive(`${world.other}/`, attacker);
    const address = await issued(attacker, attacker);
    expect((await victim.ask(address)).status).toBe(400);
    expect(victim.cookie(world.other, cookieName)).toBe(before);
    const fresh = new NavigatingBrowser();
    expect((await fresh.ask(await issued(attacker, attacker))).status).toBe(400);
    expect(fresh.cookie(world.other, cookieName)).toBeUndefined();
  });

  it.each(['', 'undefined', 'x', '%'])(
    'made for a browser whose cookie is %j signs no browser in that has such a one, or none',
    async (cookie) => {
      await world.arrive(`${world.base}/`, attacker);
      const made = await attacker.ask(issueFor(attacker).replace(digestOf(''), digestOf(cookie)));
      const fresh = new NavigatingBrowser();
      if (cookie !== '') fresh.jars.set(new URL(world.other).host, new Map([['doorward-handover', cookie]]));
      expect((await fresh.ask(made.headers.get('location') ?? '')).status).toBe(400);
      expect(fresh.cookie(world.other, cookieName)).toBeUndefined();
    },
  );

  it('lives for half a minute', async () => {
    await world.arrive(`${world.other}/`, victim);
    const address = await issued(victim, victim);
    later = 31_000;
    expect((await victim.ask(address)).status).toBe(400);
  });

  it('of a session that ended meanwhile opens nothing', async () => {
    await world.arrive(`${world.other}/`, victim);
    const address = await issued(victim, victim);
    await victim.ask(`${world.base}/sso/logout`, { method: 'POST', headers: { origin: world.base } });
    await victim.ask(address);
    expect((await victim.ask(`${world.other}/sso/session`)).status).toBe(401);
  });

  it.each(['HEAD', 'POST', 'PUT'])('is not spent, and not looked at, by %s', async (method) => {
    await world.arrive(`${world.other}/`, victim);
    const address = await issued(victim, victim);
    expect([404, 405]).toContain((await victim.ask(address, { method })).status);
    expect((await victim.ask(address)).status).toBe(303);
  });

  it('is one text of one form', async () => {
    await world.arrive(`${world.other}/`, victim);
    const address = await issued(victim, victim);
    const code = new URL(address).searchParams.get('code') ?? '';
    const handover = `${world.other}/sso/handover`;
    for (const query of [
      '',
      '?code=',
      `?code[]=${code}`,
      `?code=${code}&code=${code}`,
      `?code=${code}%00`,
      '?code=../x',
    ])
      expect((await victim.ask(handover + query)).status).toBe(400);
  });

  it('comes and goes in answers that nobody keeps, and that tell no other site where they were', async () => {
    await world.arrive(`${world.other}/`, victim);
    const address = await issued(victim, victim);
    const answers = [
      await victim.ask(`${world.other}/sso/handover/start?rd=/x`),
      await victim.ask(issueFor(victim)),
      await victim.ask(address),
      await victim.ask(address),
    ];
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 400]);
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toMatch(/^(?:no-referrer|same-origin)$/);
      expect(headers.get('x-frame-options')?.toLowerCase()).toBe('deny');
    }
    const text = await answers[3]?.text();
    expect(text).not.toContain(new URL(address).searchParams.get('code'));
  });

  it('is in no log, and neither are the cookies', async () => {
    await world.arrive(`${world.other}/`, victim);
    const address = await issued(victim, victim);
    await victim.ask(address);
    await victim.ask(address);
    const said = world.gateway.said.join('\n');
    for (const secret of [
      new URL(address).searchParams.get('code'),
      victim.cookie(world.other, cookieName),
      victim.cookie(world.other, 'doorward-handover'),
      victim.cookie(world.base, 'doorward'),
    ])
      expect(said).not.toContain(secret);
  });
});

describe('the way to another host and back', () => {
  it('leads to configured addresses only, whatever Host and the headers say', async () => {
    const { port } = new URL(world.base);
    for (const Host of ['evil.example', `evil.example:${port}`, `localhost:${port}@evil.example`, '']) {
      for (const path of ['/sso/handover/start?rd=/', '/sso/handover?code=x', '/sso/logout', '/sso/me']) {
        const { status, headers } = await exchange(Number(port), path, {
          headers: { Host, Accept: 'text/html', 'X-Forwarded-Host': 'evil.example' },
        });
        const location = headers.location ?? '/';
        expect([status, new URL(location, world.base).origin]).toEqual([expect.any(Number), world.base]);
        expect(headers['set-cookie']?.join() ?? '').not.toMatch(/doorward-(?:host|handover)=/);
      }
    }
  });

  it('is not begun by a frame or a script of another site on behalf of nobody: without a sign-in there is no code', async () => {
    await attacker.ask(`${world.other}/sso/handover/start`);
    const answer = await victim.ask(issueFor(attacker));
    expect([answer.status, new URL(answer.headers.get('location') ?? '').pathname]).toEqual([
      303,
      '/sso/login',
    ]);
  });

  it('has pages of its own only: the console, SCIM and the rest are at the gateway’s own address', async () => {
    await world.arrive(`${world.other}/`, victim);
    for (const path of ['/admin', '/admin/api/users', '/scim/v2/Users']) {
      const answer = await victim.ask(`${world.other}${path}`);
      expect([path, answer.status < 200 || answer.status >= 300]).toEqual([path, true]);
    }
    for (const path of ['/sso/me/tokens', '/sso/me/sessions', '/sso/me/tokens/revoke']) {
      const answer = await victim.ask(`${world.other}${path}`, {
        method: 'POST',
        headers: { origin: world.other },
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});
