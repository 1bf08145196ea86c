import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Failure, type RefusalReason, refusalReasons } from '../../../src/identity/index.ts';
import { type Site, TestBrowser, ann, startSite } from '../../support/web-site.ts';

let site: Site;
let browser: TestBrowser;

beforeEach(async () => {
  site = await startSite();
  browser = new TestBrowser(site.baseUrl);
});
afterEach(() => site.close());

const sessions = () => site.store.listByUser(ann.id);
const referenceOn = async (response: Response) =>
  /[0-9A-HJKMNP-TV-Z]{10}(?=<)/.exec(await response.text())?.[0];

describe('somebody who is admitted', () => {
  it('gets a session and is back at the page first asked for', async () => {
    const response = await browser.login('/sso/login/entra?rd=%2Freports%2F42%3Ftab%3Da');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/reports/42?tab=a');
    const session = await browser.fetch('/sso/session');
    expect(session.status).toBe(200);
    expect(await session.json()).toEqual({
      user: {
        id: ann.id,
        userName: 'ann@acme.example',
        email: 'ann@acme.example',
        name: 'Ann Example',
        groups: ['engineers'],
        role: 'guest',
      },
      session: {
        provider: 'entra',
        authenticatedAt: '2026-01-02T03:04:05.000Z',
        expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    });
  });

  it('is in the audit log, with a reference and no token', async () => {
    site.state.outcome = {
      ...site.state.outcome,
      created: true,
      added: ann.memberships,
      groupsCreated: ['engineers'],
    } as never;
    await browser.login();
    expect(site.events.map((event) => event.type)).toEqual([
      'user.created',
      'group.created',
      'membership.added',
      'login',
    ]);
    expect(new Set(site.events.map((event) => event.reference)).size).toBe(1);
    expect(site.events.at(-1)).toMatchObject({
      userId: ann.id,
      provider: 'entra',
      address: '127.0.0.1',
      sessionRef: expect.stringMatching(/^.{12}$/),
      reference: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{10}$/),
    });
    expect(JSON.stringify(site.events)).not.toContain('secret-id-token');
  });

  it('leaves no token in clear in the store', async () => {
    await browser.login();
    const [session] = await sessions();
    expect(session?.login?.idp.sid).toBe('idp-session-1');
    expect(session?.login?.idp.idToken).toEqual(expect.any(String));
    expect(session?.login?.idp.idToken).not.toContain('secret-id-token');
  });

  it('has another session id than before the login, and the old one is dead', async () => {
    await browser.login();
    const before = browser.cookies.get('doorward');
    const intruder = new TestBrowser(site.baseUrl);
    intruder.cookies.set('doorward', before ?? '');
    await browser.login();
    expect(browser.cookies.get('doorward')).not.toBe(before);
    expect((await intruder.fetch('/sso/session')).status).toBe(401);
    expect(await sessions()).toHaveLength(1);
  });

  it('comes back by a SAML POST too', async () => {
    const state = await browser.start('/sso/login/okta?rd=/deep/link');
    const response = await browser.fetch('/sso/acs/okta', {
      method: 'POST',
      body: new URLSearchParams({ SAMLResponse: 'PHg+', RelayState: state }),
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/deep/link');
    expect((await browser.fetch('/sso/session')).status).toBe(200);
  });

  it('is never sent to another site, whatever the link said', async () => {
    for (const rd of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/sso/logout',
    ]) {
      const response = await browser.login(`/sso/login/entra?rd=${encodeURIComponent(rd)}`);
      expect(response.headers.get('location')).toBe('/');
    }
  });

  it('is asked for another account where they want one', async () => {
    await browser.start('/sso/login/entra?account=other');
    await browser.start('/sso/login/entra');
    expect(site.entra.starts.map((start) => 'otherAccount' in start && start.otherAccount)).toEqual([
      true,
      false,
    ]);
  });
});

describe('many tabs', () => {
  it('begun one after the other all finish, in any order, each at its own page', async () => {
    const states: string[] = [];
    for (let tab = 0; tab < 10; tab += 1) states.push(await browser.start(`/sso/login/entra?rd=/tab/${tab}`));
    const places = await Promise.all(
      states.toReversed().map(async (state) => (await browser.answer(state)).headers.get('location')),
    );
    expect(places).toEqual(Array.from({ length: 10 }, (_, tab) => `/tab/${9 - tab}`));
  });

  it('begun at the same moment in a fresh browser all finish', async () => {
    const states = await Promise.all(
      Array.from({ length: 10 }, (_, tab) => browser.start(`/sso/login/entra?rd=/tab/${tab}`)),
    );
    for (const [tab, state] of states.entries()) {
      expect((await browser.answer(state)).headers.get('location')).toBe(`/tab/${tab}`);
    }
  });

  it('abandoned by the hundred leave no pile of cookies', async () => {
    for (let tab = 0; tab < 100; tab += 1) await browser.start();
    expect(
      [...browser.cookies.keys()].filter((name) => name.startsWith('doorward-login')).length,
    ).toBeLessThanOrEqual(2);
  });
});

describe('somebody who is refused', () => {
  it.each([...refusalReasons])(
    'for %s gets 403, a page with a reference that is in the audit log, and no session',
    async (reason) => {
      site.state.outcome = { kind: 'refused', reason, user: undefined };
      const response = await browser.login('/sso/login/entra?rd=/x');
      expect(response.status).toBe(403);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const page = await response.clone().text();
      expect(page).toContain('help@acme.example');
      expect(page).toContain('href="/sso/login/entra?rd=%2Fx"');
      expect(page).toContain('account=other');
      expect(site.events).toEqual([
        expect.objectContaining({
          type: 'login.refused',
          reason,
          reference: await referenceOn(response),
          subject: 'ann',
        }),
      ]);
      expect(browser.cookies.has('doorward')).toBe(false);
      expect(await sessions()).toEqual([]);
    },
  );

  it.each(['idp_denied', 'idp_deactivated'] as const)(
    'by the identity provider (%s) never reaches jit',
    async (reason) => {
      site.entra.answer = { refused: reason, idpMessage: 'access_denied' };
      site.state.duringLogin = async () => {
        throw new Error('jit was asked');
      };
      const response = await browser.login('/sso/login/entra?rd=/x');
      expect(response.status).toBe(403);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(site.events).toEqual([
        expect.objectContaining({ type: 'login.refused', reason, idpMessage: 'access_denied' }),
      ]);
    },
  );

  it('as a program gets the reason and the reference as JSON', async () => {
    site.state.outcome = { kind: 'refused', reason: 'required_group', user: ann };
    const state = await browser.start();
    const response = await browser.fetch(`/sso/callback/entra?state=${state}`, {
      headers: { accept: 'application/json' },
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      error: { code: 'required_group', message: expect.any(String), reference: site.events[0]?.reference },
    });
  });

  it('keeps the session of the account they were signed in with before', async () => {
    await browser.login();
    site.state.outcome = { kind: 'refused', reason: 'email_domain', user: undefined };
    expect((await browser.login()).status).toBe(403);
    expect((await browser.fetch('/sso/session')).status).toBe(200);
  });

  it('is told nothing before it is written down', async () => {
    site.state.outcome = { kind: 'refused', reason: 'disabled_locally', user: ann };
    site.state.auditFails = () => true;
    const response = await browser.login();
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.text()).not.toContain('switched off');
  });
});

describe('somebody who is disabled while their login is in flight', () => {
  it('is refused, and the session that was just made is dead', async () => {
    site.state.duringLogin = async () => {
      site.state.standing = { disabledAt: 1 };
    };
    const response = await browser.login();
    expect(response.status).toBe(403);
    expect(browser.cookies.has('doorward')).toBe(false);
    expect(await sessions()).toEqual([]);
    expect(site.events.map((event) => event.type)).toEqual(['login.refused']);
    expect(site.events[0]).toMatchObject({ reason: 'disabled_locally' satisfies RefusalReason });
  });

  it('is refused when the sessions were ended before the flag could be read', async () => {
    const before = new TestBrowser(site.baseUrl);
    await before.login();
    site.state.duringLogin = async () => {
      site.state.standing = { deactivatedAt: 1 };
      await site.store.endByUser(ann.id);
    };
    expect((await before.login()).status).toBe(403);
    expect(await sessions()).toEqual([]);
  });
});

describe('a login that fails', () => {
  it.each([
    ['login_rejected', 400],
    ['replayed', 400],
    ['idp_unavailable', 502],
    ['store_unavailable', 503],
    ['internal', 500],
  ] as const)(
    'with %s is answered by the table, audited with its detail, and makes no session',
    async (code, status) => {
      site.entra.answer = {
        throws: new Failure(code, { detail: 'oidc.test', cause: new Error('a private cause') }),
      };
      const response = await browser.login();
      expect(response.status).toBe(status);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await response.clone().text()).not.toMatch(/oidc\.test|private cause/);
      expect(site.events).toEqual([
        expect.objectContaining({
          type: 'login.failed',
          code,
          detail: 'oidc.test',
          cause: 'a private cause',
          reference: await referenceOn(response),
        }),
      ]);
    },
  );

  it('because a strategy threw something unexpected is a failure of authentication', async () => {
    site.entra.answer = {
      throws: new TypeError("Cannot read properties of undefined (reading 'Conditions')"),
    };
    const response = await browser.login();
    expect(response.status).toBe(400);
    expect(site.events[0]).toMatchObject({
      type: 'login.failed',
      code: 'login_rejected',
      detail: 'web.strategy_threw',
    });
  });

  it('at the start, because the identity provider is down, says so', async () => {
    site.entra.startFails = new Failure('idp_unavailable', { detail: 'oidc.discovery' });
    const response = await browser.fetch('/sso/login/entra?rd=/x');
    expect(response.status).toBe(502);
    const page = await response.text();
    expect(page).toContain('href="/sso/login/entra?rd=%2Fx"');
    expect(page).toContain('href="/sso/login?rd=%2Fx"');
  });

  it('is one that another browser began', async () => {
    const state = await browser.start();
    const victim = new TestBrowser(site.baseUrl);
    expect((await victim.answer(state)).status).toBe(400);
    await victim.start();
    expect((await victim.answer(state)).status).toBe(400);
    expect(await sessions()).toEqual([]);
    expect((await browser.answer(state)).status).toBe(303);
  });

  it('is one that was finished already', async () => {
    const state = await browser.start();
    await browser.answer(state);
    expect((await browser.answer(state)).status).toBe(400);
    expect((await browser.fetch('/sso/session')).status).toBe(200);
  });

  it('is one whose assertion names another provider', async () => {
    site.entra.answer = { asserted: { provider: 'okta' } };
    expect((await browser.login()).status).toBe(400);
    expect(await sessions()).toEqual([]);
  });

  it('leaves no session when the login cannot be written down', async () => {
    site.state.auditFails = (event) => event.type === 'login';
    const response = await browser.login();
    expect(response.status).toBe(503);
    expect(browser.cookies.has('doorward')).toBe(false);
    expect(await sessions()).toEqual([]);
  });
});

describe('every login', () => {
  it('is counted once, by how it ended', async () => {
    await browser.login();
    site.state.outcome = { kind: 'refused', reason: 'required_group', user: undefined };
    await browser.login();
    site.entra.answer = { throws: new Failure('login_rejected') };
    await browser.login();
    expect(site.logins).toEqual([
      ['entra', 'admitted'],
      ['entra', 'refused', 'required_group'],
      ['entra', 'failed', 'login_rejected'],
    ]);
  });
});

describe('a redirect loop', () => {
  it('is stopped and explained, while another page is still reached', async () => {
    let response: Response | undefined;
    for (let round = 0; round < 11; round += 1)
      response = await browser.login(`/sso/login/entra?rd=/app?n=${round}`);
    expect(response?.status).toBe(400);
    expect(await response?.text()).toContain('going in circles');
    expect(site.events.at(-1)).toMatchObject({ type: 'login.failed', code: 'redirect_loop' });
    expect((await browser.login('/sso/login/entra?rd=/other')).status).toBe(303);
  });
});
