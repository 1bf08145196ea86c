import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ScriptedBrowser, type ScriptedPage } from '../../demo/scripted-browser.ts';
import { createApp, type App } from '../../src/app.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { Log } from '../../src/identity/index.ts';
import { freePort } from '../support/redis.ts';
import { people, type InteropIdp, type PersonName, type RunningIdp } from './idp.ts';
import { note } from './notes.ts';

/** Column of the table, by the name of the test. */
export const journeys = {
  login: 'login',
  groups: 'groups',
  noGroups: 'no groups',
  refused: 'refused there',
  names: 'non-ASCII names',
  rotation: 'key rotation',
  logout: 'logout here',
  logoutThere: 'logout there too',
  loggedOutThere: 'ended from there',
} as const;

/** Who is signed in, as the gateway tells the application. */
interface Session {
  readonly user: {
    readonly userName: string;
    readonly email: string;
    readonly name: string;
    readonly groups: readonly string[];
  };
}

/** Registers all journeys against one identity provider, with the whole gateway in front of real stores. */
export function describeJourneys(idp: InteropIdp, skip: readonly (keyof typeof journeys)[] = []): void {
  const row = `${idp.name} · ${idp.protocol}`;
  describe(row, () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorward-interop-'));
    const said: string[] = [];
    const say = (fields: unknown, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { debug: () => {}, info: say, warn: say, error: say };
    let [app, running, baseUrl, offset]: [App | undefined, RunningIdp | undefined, string, number] = [
      undefined,
      undefined,
      '',
      0,
    ];

    beforeAll(async () => {
      const port = Number(process.env['DOORWARD_INTEROP_PORT'] ?? (await freePort()));
      baseUrl = `http://localhost:${port}`;
      const impossible = skip.map((key) => journeys[key]);
      try {
        running = await idp.start({ baseUrl });
      } catch (error) {
        const missing = error instanceof Error ? error.message : String(error);
        note({ row, name: idp.name, protocol: idp.protocol, missing, impossible });
        throw error;
      }
      note({ row, name: idp.name, protocol: idp.protocol, version: running.version, impossible });
      const gateway = `baseUrl: ${baseUrl}\nlisten: 127.0.0.1:${port}\nops: false\nsecrets: ["a secret of the interop suite, long enough"]\nstate: { directory: 'sqlite:directory.db', sessions: 'sqlite:sessions.db' }\n`;
      for (const [name, text] of Object.entries({ 'gateway.yaml': gateway, ...running.files })) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      const loaded = await loadConfig(folder, { env: process.env });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
      app = await createApp(loaded.config, { log, now: () => Date.now() + offset });
      await app.start();
      await running.connected?.({ baseUrl });
    });

    afterAll(async () => {
      await app?.stop();
      await running?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const there = (): RunningIdp => {
      if (running === undefined) throw new Error('the identity provider is not running');
      return running;
    };
    const loginUrl = (provider = 'idp') => `${baseUrl}/sso/login/${provider}`;
    const session = async (browser: ScriptedBrowser): Promise<Session | undefined> => {
      const page = await browser.open(`${baseUrl}/sso/session`);
      return page.status === 200 ? (JSON.parse(page.body) as Session) : undefined;
    };
    const signedIn = async (who: PersonName, browser = new ScriptedBrowser()) => {
      const page = await there().signIn(browser, loginUrl(), who);
      const found = await session(browser);
      if (found === undefined)
        throw new Error(`not signed in: ${describePage(page)}\n${said.slice(-5).join('\n')}`);
      return { browser, user: found.user };
    };
    const possible = (key: keyof typeof journeys) => !skip.includes(key);
    const journey = (key: keyof typeof journeys, run: () => Promise<void>) => {
      if (possible(key)) it(journeys[key], run);
    };

    journey('login', async () => {
      const { user } = await signedIn('ann');
      expect(user).toMatchObject({ userName: 'ann', email: 'ann@acme.example', name: 'Ann Example' });
      // The second login is the same person, not a second one.
      await signedIn('ann');
      const found = await app?.stores.directory.listUsers({ limit: 10, search: 'ann' });
      expect(found).toHaveLength(1);
    });

    journey('groups', async () => {
      const { user } = await signedIn('ann');
      expect(user.groups).toEqual([...people.ann.groups].sort());
    });

    journey('noGroups', async () => {
      const { user } = await signedIn('nils');
      expect(user.groups).toEqual([]);
    });

    journey('refused', async () => {
      const { refusing } = there();
      if (refusing === undefined) throw new Error('the suite says that it can refuse');
      const browser = new ScriptedBrowser();
      const page = await there().signIn(browser, loginUrl(refusing.provider), 'no');
      expect({ origin: page.url.origin, status: page.status }).toEqual({ origin: baseUrl, status: 403 });
      const [event] = await deniedEvents();
      expect(event).toMatchObject({ type: 'login.refused', reason: 'idp_denied' });
      expect(JSON.stringify(event)).toContain(refusing.word);
      expect(await session(browser)).toBeUndefined();
    });

    journey('names', async () => {
      const { user } = await signedIn('zolc');
      expect(user).toMatchObject({ name: 'Żółć Gęślą-Müller', groups: [...people.zolc.groups].sort() });
    });

    journey('rotation', async () => {
      await signedIn('ann');
      await there().rotateKeys?.();
      // SAML metadata is not asked for again within a minute.
      offset = 61_000;
      await signedIn('ann').finally(() => (offset = 0));
    });

    journey('logout', async () => {
      const { browser } = await signedIn('ann');
      await signOut(browser);
      expect(await session(browser)).toBeUndefined();
    });

    journey('logoutThere', async () => {
      const { browser } = await signedIn('ann');
      const page = await signOut(browser);
      expect(`${page.url.origin}${page.url.pathname}`).toBe(`${baseUrl}/sso/signed-out`);
      const again = await browser.open(loginUrl());
      expect(there().asks?.(again)).toBe(true);
    });

    journey('loggedOutThere', async () => {
      const { browser } = await signedIn('ann');
      await there().endSessions?.('ann');
      for (let attempt = 0; attempt < 50 && (await session(browser)) !== undefined; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect({ session: await session(browser), said: said.slice(-4) }).toEqual({
        session: undefined,
        said: expect.anything(),
      });
    });

    /** The page that asks, its form, and whatever the identity provider then wants to be carried to it and back. */
    async function signOut(browser: ScriptedBrowser): Promise<ScriptedPage> {
      let page = await browser.submit(await browser.open(`${baseUrl}/sso/logout`));
      for (let hop = 0; hop < 6 && /name="SAML(Request|Response)"/i.test(page.body); hop += 1)
        page = await browser.submit(page);
      return page;
    }

    async function deniedEvents() {
      const stored = (await app?.stores.directory.read({ limit: 5, type: 'login.refused' })) ?? [];
      return stored.map(({ event }) => event).toReversed();
    }
  });
}

function describePage(page: ScriptedPage): string {
  const text = page.body.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]*>|\s+/g, ' ');
  return `${page.status} ${page.url.href} ${text.replaceAll(/\s+/g, ' ').slice(0, 400)}`;
}
