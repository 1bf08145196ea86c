import { randomBytes } from 'node:crypto';
import { withStores, type Stores } from '../../src/app.ts';
import { formatProblems, loadConfig } from '../../src/config/index.ts';
import { createTokens } from '../../src/scim/index.ts';
import { ScriptedBrowser } from '../scripted-browser.ts';
import { standIn } from '../stand-in.ts';
import { measureEnding, type Measured } from './measure.ts';

/** The roads by which a session ends on the page "Endings, live". */
export const roads = ['disable', 'scim', 'back-channel'] as const;
export type Road = (typeof roads)[number];

export interface EndingsOptions {
  readonly baseUrl: string;
  /** The gateway's configuration directory. */
  readonly config: string;
  /** Tells the relying party, as the OpenID provider does it, that this session of a subject is over. */
  endAtProvider(subject: string, sid: string): Promise<void>;
}

const provider = 'microsoft';
const actor = { kind: 'command', name: 'the demo' } as const;

/** Signs the stand-in in, ends the session by a road, and measures what becomes of the requests meanwhile. */
export function createEndings(options: EndingsOptions): (road: Road) => Promise<Measured> {
  let last: Promise<unknown> = Promise.resolve();
  return (road) => {
    const next = last.then(() => run(road, options));
    last = next.catch(() => undefined);
    return next;
  };
}

async function run(road: Road, options: EndingsOptions): Promise<Measured> {
  const loaded = await loadConfig(options.config, { env: process.env });
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, { color: false }));
  let measured: Measured | undefined;
  await withStores(loaded.config, async (stores) => {
    const { cookie, userId, sid } = await signIn(options.baseUrl, stores);
    const ask = async (): Promise<boolean> => {
      const headers = { cookie, accept: 'application/json' };
      const response = await fetch(`${options.baseUrl}/whoami`, { headers, redirect: 'manual' });
      await response.arrayBuffer();
      return response.status === 200;
    };
    if (road === 'disable') {
      const { people } = stores;
      const end = () => people.disable(userId, actor, 'shown live', { evenLast: true });
      measured = await measureEnding(ask, end);
      await people.enable(userId, actor);
    } else if (road === 'scim') {
      const setActive = await provisioning(options.baseUrl, stores);
      measured = await measureEnding(ask, () => setActive(false));
      await setActive(true);
    } else {
      measured = await measureEnding(ask, () => options.endAtProvider(standIn.subject, sid));
    }
  });
  if (measured === undefined) throw new Error('The stores could not be opened.');
  return measured;
}

async function signIn(baseUrl: string, { directory, sessions }: Stores) {
  const browser = new ScriptedBrowser();
  const { userName, password, email } = standIn;
  const page = await browser.open(`${baseUrl}/sso/login/${provider}?rd=/whoami`);
  const { status, url } = await browser.submit(page, { userName, password });
  if (status !== 200 || url.pathname !== '/whoami') throw new Error(`The stand-in was refused: ${status}`);
  const [user] = await directory.findByName(email);
  const [session] = user === undefined ? [] : await sessions.listByUser(user.id);
  const value = browser.cookie(new URL(baseUrl).hostname, 'doorward');
  if (user === undefined || session === undefined || value === undefined)
    throw new Error('The stand-in has no session.');
  return { cookie: `doorward=${value}`, userId: user.id, sid: session.login?.idp.sid ?? '' };
}

/** What the provisioning client of the identity provider does: the person is there, and active or not. */
async function provisioning(baseUrl: string, { directory }: Stores) {
  const tokens = createTokens({ tokens: directory.scim.tokens, now: Date.now, random: randomBytes });
  const { secret } = await tokens.create({
    provider,
    kind: 'bearer',
    name: 'the demo, live',
    expiresAt: Date.now() + 60_000,
    actor,
  });
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${baseUrl}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`SCIM answered ${response.status}`);
    return (text === '' ? {} : JSON.parse(text)) as { id?: string; Resources?: { id: string }[] };
  };
  const filter = encodeURIComponent(`userName eq "${standIn.email}"`);
  const [known] = (await send('GET', `/Users?filter=${filter}`)).Resources ?? [];
  const { id } = known ?? (await send('POST', '/Users', scimUser()));
  return (active: boolean) =>
    send('PATCH', `/Users/${id}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path: 'active', value: active }],
    });
}

function scimUser(): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: standIn.email,
    externalId: standIn.subject,
    name: { givenName: standIn.givenName, familyName: standIn.familyName },
    emails: [{ value: standIn.email, primary: true }],
    active: true,
  };
}
