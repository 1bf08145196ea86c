import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditRelay, createAuditWriter, type Actor, type AuditEvent } from '../../src/audit/index.ts';
import { openDirectory, type OpenDirectory } from '../../src/directory/index.ts';
import { silentLog, type IdentityAssertion, type Log } from '../../src/identity/index.ts';
import { login, type JitPolicy } from '../../src/jit/index.ts';
import { createScim, createTokens, type ScimDeps, type ScimProvider } from '../../src/scim/index.ts';
import { createEndings, openSessionStore } from '../../src/sessions/index.ts';
import { committedEvents } from '../../src/web/index.ts';
import { assertionOf } from './people.ts';
import { sampleLogin, sampleSession } from './sessions.ts';

/** A provider's rules with nothing special in them; say only what matters to the test. */
export function scimProviderOf(
  id: string,
  overrides: Partial<Omit<ScimProvider, 'scim'>> & { scim?: Partial<ScimProvider['scim']> } = {},
): ScimProvider & JitPolicy {
  const { scim, ...rest } = overrides;
  return {
    id,
    trustEmail: false,
    jit: { create: true },
    ...rest,
    admit: { requireGroups: [], emailDomains: [], ...rest.admit },
    groups: { whenMissing: 'keep', map: [], unmapped: 'create', ...rest.groups },
    scim: {
      match: ['subject'],
      groupsFrom: 'scim',
      onReturn: 'restore',
      requestsPerSecond: 100_000,
      ...scim,
    },
  };
}

/** What an answer was; `body` is undefined where there was none. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>;

export interface ScimWorld {
  readonly baseUrl: string;
  readonly directory: OpenDirectory<AuditEvent>;
  readonly sessions: Awaited<ReturnType<typeof openSessionStore>>;
  readonly providers: Map<string, ScimProvider & JitPolicy>;
  readonly tokens: ReturnType<typeof createTokens>;
  /** Answers of the provider's client, by its token. */
  client(provider: string): Promise<Send>;
  send: (token: string | undefined) => Send;
  events(filter?: { type?: string }): Promise<readonly AuditEvent[]>;
  /** Somebody signs in with a provider. */
  signIn(assertion: Partial<IdentityAssertion>): ReturnType<typeof login<AuditEvent>>;
  /** A live session of the user, as the store holds it; tells whether it is still alive. */
  openSession(userId: string): Promise<{ isAlive(): Promise<boolean> }>;
  clock: { advance(milliseconds: number): void };
  /** What was counted is written down now. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The SCIM room on a real HTTP server, with the real directory and session store behind it. */
export async function startScimWorld(
  options: {
    directoryUrl?: string;
    providers?: readonly (ScimProvider & JitPolicy)[];
    log?: Log;
    deps?: Partial<ScimDeps>;
  } = {},
): Promise<ScimWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'doorward-scim-'));
  const log = options.log ?? silentLog;
  let skew = 0;
  const now = () => Date.now() + skew;
  const directory = await openDirectory<AuditEvent>(
    options.directoryUrl ?? `sqlite:${join(folder, 'directory.db')}`,
    { now, auditing: createAuditRelay({ log }) },
  );
  const sessions = await openSessionStore(`sqlite:${join(folder, 'sessions.db')}`, {
    now,
    log,
    redisPrefix: '',
  });
  const audit = createAuditWriter({ store: directory, log });
  const endings = createEndings<Actor>({ sessions, audit, now });
  const list = options.providers ?? [scimProviderOf('entra'), scimProviderOf('okta')];
  const providers = new Map(list.map((each) => [each.id, each]));
  let handle: ReturnType<typeof createScim>['handle'] | undefined;
  const server = createServer((req, res) => handle?.(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const scim = createScim({
    baseUrl,
    providers,
    store: directory.scim,
    freshness: directory.freshness,
    endings,
    audit,
    transient: sessions.transient,
    now,
    random: randomBytes,
    log,
    ...options.deps,
  });
  handle = scim.handle;
  const tokens = createTokens({ tokens: directory.scim.tokens, now, random: randomBytes });

  const send =
    (token: string | undefined): Send =>
    async (method, path, body, headers = {}) => {
      const url = new URL(path.startsWith('/scim') ? path : `/scim/v2${path}`, baseUrl);
      const response = await fetch(url, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
    };

  return {
    baseUrl,
    directory,
    sessions,
    providers,
    tokens,
    send,
    async client(provider) {
      const { secret } = await tokens.create({
        provider,
        kind: 'bearer',
        name: `${provider} sync`,
        expiresAt: undefined,
        actor: { kind: 'command' },
      });
      return send(secret);
    },
    async events(filter = {}) {
      return (await directory.read({ limit: 10_000, ...filter })).map(({ event }) => event);
    },
    signIn(overrides) {
      const assertion = assertionOf(overrides);
      const policy = providers.get(assertion.provider);
      if (!policy) throw new Error('no such provider');
      const by = { at: now(), actor: { kind: 'person' }, provider: assertion.provider } as const;
      return login<AuditEvent>(directory, assertion, policy, now, (done) => committedEvents(by, done));
    },
    async openSession(userId) {
      const session = sampleSession(randomBytes(8).toString('hex'), now(), {
        login: sampleLogin({ userId }),
      });
      await sessions.set(session, { fresh: true });
      return { isAlive: async () => (await sessions.get(session.record.digest)) !== undefined };
    },
    flush: () => scim.flush(),
    clock: { advance: (milliseconds) => void (skew += milliseconds) },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await scim.close();
      await sessions.close();
      await directory.close();
      await rm(folder, { recursive: true });
    },
  };
}
