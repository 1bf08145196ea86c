import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../../../src/config/index.ts';
import { groupNames } from '../../../src/identity/index.ts';
import { digestOf, sessionIdFromCookie } from '../../../src/sessions/index.ts';
import { oidcConfig, type Outcome, type World } from '../../support/oidc-rp.ts';
import type { Bench } from '../oidc/case.ts';
import { Browser, type Reply } from './browser.ts';
import { type Gateway, newState, type Place, startGateway } from './gateway.ts';
import { checkRefused, createPages, referenceOn } from './refused.ts';
import { forgetPeople } from './standing.ts';

/**
 * The whole gateway in the place of the tiny application that the OpenID cases are made for. It stands in front of the
 * gateway, lets the browser of a case through, reads what the person sees, looks into the audit log and the tables for
 * what it came to, and gives that as the case expects it. Whatever else is wrong with an answer is a `complaint`.
 */
export interface OidcFront {
  readonly rp: Bench['rp'];
  readonly complaints: unknown[];
  /** Nobody was ever here. */
  forgetPeople(): void;
  close(): Promise<void>;
}

export async function startOidcFront(place: Place, configured: Config): Promise<OidcFront> {
  const complaints: unknown[] = [];
  const said: string[] = [];
  const pages = { start: createPages(), answer: createPages() };
  const jars = new Map<string, Browser>();
  let gateway: Promise<Gateway> | undefined;
  let closing: Promise<void> = Promise.resolve();
  const state = await newState(place);
  /** Each provider file sees browsers of its own. */
  let generation = 0;
  let underWay = 0;
  let begun = 0;

  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      complaints.push(error);
      res.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (gateway === undefined) throw new Error('not configured');
    const target = await gateway;
    const { url = '/', headers } = req;
    const step = url.startsWith('/sso/login/') ? 'start' : 'answer';
    const name = /(?:^|; )browser=([^;]+)/.exec(headers.cookie ?? '')?.[1];
    const browser =
      (name === undefined ? undefined : jars.get(name)) ?? newBrowser(target.origin, name, generation);
    if (name !== undefined) jars.set(name, browser);
    underWay += 1;
    const mine = (begun += 1);
    const before = underWay === 1 ? await target.standing() : undefined;
    const from = target.said.length;
    const reply = await browser.ask(url);
    said.push(...target.said.slice(from));
    if (step === 'start' && reply.status === 302) {
      underWay -= 1;
      res.writeHead(302, { location: reply.headers.location ?? '' }).end();
      return;
    }
    const outcome = await outcomeOf(target, reply, step);
    if (outcome.kind !== 'asserted' && before !== undefined) {
      const after = await target.standing();
      // Only a request that was alone all the time can be told to have left something.
      if (begun === mine && JSON.stringify(after) !== JSON.stringify(before)) {
        const told = Object.keys({ ...before, ...after })
          .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
          .map((name) => `${name}: ${JSON.stringify([before[name], after[name]]).slice(-1_000)}`);
        complaints.push(`${step} left something behind: ${told.join('; ')}`);
      }
    }
    underWay -= 1;
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(outcome));
  }

  async function outcomeOf(target: Gateway, reply: Reply, step: keyof typeof pages): Promise<Outcome> {
    if (reply.status === 303) return asserted(target, reply);
    const [event] = await target.audited(referenceOn(reply));
    if (event?.type === 'login.refused') {
      if (reply.status !== 403 || reply.setCookies.length > 0) complaints.push(reply);
      const { reason, idpMessage = '' } = event;
      // Not the identity provider said no, but the rules of the file, which these cases do not know.
      return { kind: 'refused', reason: reason as 'idp_denied', idpMessage, returnTo: undefined };
    }
    if (event?.type !== 'login.failed') throw new Error(`audited: ${JSON.stringify(event)}`);
    const { code, detail } = event;
    // The correlation cookie of a start that failed afterwards is no session.
    const plain =
      step === 'start'
        ? { ...reply, setCookies: [], headers: { ...reply.headers, 'set-cookie': [] } }
        : reply;
    await checkRefused(target, plain, { code, detail, provider: 'op' }, pages[step]);
    return { kind: 'failed', code, detail };
  }

  /** Who came in, from the directory and the session store. */
  async function asserted({ app, config }: Gateway, reply: Reply): Promise<Outcome> {
    const { directory, sessions } = app.stores;
    const cookie = reply.setCookies.find((line) => line.startsWith('doorward='))?.split(';')[0];
    const reading = { cookieName: 'doorward', secrets: config.secrets };
    const login = (await sessions.get(digestOf(sessionIdFromCookie(cookie, reading) ?? '')))?.record.login;
    const user = login && (await directory.findUser(login.userId));
    if (login === undefined || user === undefined) throw new Error('nobody came in');
    const { issuer, subject, authenticatedAt, acr, amr, idp } = login;
    const { sid } = idp;
    const assertion = {
      ...user.profile,
      provider: login.provider,
      issuer,
      subject,
      authenticatedAt,
      amr,
      roles: [],
      ...(acr !== undefined && { acr }),
      groups: { kind: 'present' as const, names: groupNames(user.memberships) },
      idpSession: { ...(sid !== undefined && { sid }) },
    };
    return { kind: 'asserted', assertion, returnTo: reply.headers.location };
  }

  return {
    complaints,
    forgetPeople: () => forgetPeople(state),
    rp: {
      origin,
      redirectUri: `${origin}/sso/callback/op`,
      said,
      configure(overrides, world: World = {}) {
        const last = gateway;
        closing = Promise.all([closing, last?.then((each) => each.close())]).then(() => undefined);
        jars.clear();
        generation += 1;
        const config = { ...configured, baseUrl: origin, providers: [oidcConfig(overrides)] };
        gateway = startGateway({ place, config, state, ...world });
      },
    },
    async close() {
      await closing;
      await (await gateway)?.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(state.folder, { recursive: true, force: true });
    },
  };
}

/** A browser that was here before: it has a correlation cookie of its own. One without a name never was. */
function newBrowser(origin: string, name: string | undefined, generation: number): Browser {
  const browser = new Browser(origin);
  if (name !== undefined) {
    browser.cookies.set(
      'doorward-login',
      createHash('sha256').update(`${name} ${generation}`).digest('base64url'),
    );
  }
  return browser;
}
