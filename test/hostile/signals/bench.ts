import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor, AuditEvent } from '../../../src/audit/index.ts';
import type { OidcProviderConfig, ProviderConfig } from '../../../src/config/index.ts';
import { Failure, type IdentityAssertion, silentLog, type User } from '../../../src/identity/index.ts';
import { createProviders, type Provider } from '../../../src/providers/index.ts';
import { createEndings, digestOf, openSessionStore, type SessionLogin } from '../../../src/sessions/index.ts';
import { createSignals, type Signals, type SignalsDeps } from '../../../src/signals/index.ts';
import { type HostileOp, opKey, startHostileOp } from '../../support/hostile-op.ts';
import { testBrand } from '../../support/config-parts.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { sampleSession } from '../../support/sessions.ts';

/** The signals room on a real HTTP server and a real store, with people signed in; the provider is ours and hostile. */
export interface SignalsBench {
  readonly baseUrl: string;
  readonly op: HostileOp;
  readonly keys: {
    readonly other: Awaited<ReturnType<typeof opKey>>;
    readonly ec: Awaited<ReturnType<typeof opKey>>;
  };
  readonly signals: Signals;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly events: AuditEvent[];
  /** The logins of those who are in at the beginning, by the name of the session. */
  readonly residents: Readonly<Record<string, Partial<SessionLogin>>>;
  /** Who is switched off, and who said so. */
  readonly deactivated: Map<string, string>;
  /** What the world does next, beside the request. */
  readonly world: { auditFails: boolean; transientFails: boolean; now: () => number };
  /** Everybody out and the residents in; the provider is good again, and nothing is known of it. */
  reset(config?: Partial<OidcProviderConfig>): Promise<void>;
  /** Who is in, by the name of the session. */
  living(): Promise<readonly string[]>;
  signIn(name: string, login?: Partial<SessionLogin>): Promise<void>;
  close(): Promise<void>;
}

/** The people whom logins made: Ann is known by two providers. */
function peopleOf(op: HostileOp): readonly User[] {
  const person = (name: string, more: User['identities'] = []): User => ({
    id: `user-${name}`,
    profile: { userName: name, email: `${name}@acme.example`, emailVerified: true },
    identities: [{ provider: 'op', issuer: op.state.issuer, subject: name }, ...more],
    memberships: [],
    idpRoles: {},
    version: 1,
    createdAt: 1,
    updatedAt: 1,
  });
  return [
    person('ann', [{ provider: 'elsewhere', issuer: 'https://elsewhere.example', subject: 'ann-there' }]),
    person('bob'),
    { ...person('carol'), profile: { userName: 'carol', email: 'carol@acme.example', emailVerified: false } },
  ];
}

/** Who is signed in when a case begins, and by which providers. */
export interface Residents {
  providers(op: HostileOp, changes: Partial<OidcProviderConfig>): readonly ProviderConfig[];
  /** By the name of the session. */
  sessions(op: HostileOp): Readonly<Record<string, Partial<SessionLogin>>>;
}

/** Ann twice and Bob by the OpenID provider, and Ann by another one, which knows them by the same names. */
export const openId: Residents = {
  providers: (op, changes) => [
    oidcConfig({ issuer: op.issuer, ...changes }),
    oidcConfig({ id: 'elsewhere', issuer: 'https://elsewhere.example' }),
  ],
  sessions: () => ({
    ann: {},
    'ann at another computer': { idp: { sid: 'sid-ann-2' } },
    bob: { userId: 'user-bob', subject: 'bob', idp: { sid: 'sid-bob' } },
    'ann by another provider': { provider: 'elsewhere', issuer: 'https://elsewhere.example' },
  }),
};

export async function startSignalsBench(store?: string, residents = openId): Promise<SignalsBench> {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-signals-'));
  const sessions = await openSessionStore(store ?? `sqlite:${join(folder, 'sessions.db')}`, {
    now: Date.now,
    log: silentLog,
    redisPrefix: 'signals:',
  });
  const op = await startHostileOp(await opKey());
  const keys = { other: await opKey(), ec: await opKey('ES256') };
  const world = { auditFails: false, transientFails: false, now: Date.now };
  const events: AuditEvent[] = [];
  const audit = {
    async write(...written: readonly AuditEvent[]) {
      if (world.auditFails) throw new Failure('store_unavailable', { detail: 'test.audit' });
      events.push(...written);
    },
  };
  let signals: Signals | undefined;
  let built: ReadonlyMap<string, Provider> = new Map();
  const server = createServer((req, res) => {
    if (signals?.handle(req, res) !== true) res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const names = new Map<string, string>();

  const deactivated = new Map<string, string>();
  const directory = (): SignalsDeps['users'] => ({
    async findByIdentity({ issuer, subject }) {
      return peopleOf(op).find(({ identities }) =>
        identities.some((each) => each.issuer === issuer && each.subject === subject),
      );
    },
    findByName: async (name) => peopleOf(op).filter(({ profile }) => profile.email === name),
    async setDeactivated(userId, change, record, onlyBy) {
      const user = peopleOf(op).find(({ id }) => id === userId);
      if (user === undefined) return undefined;
      const before = deactivated.get(userId);
      const changed = change === undefined ? before !== undefined && before === onlyBy : before === undefined;
      if (changed && change !== undefined) deactivated.set(userId, change.by);
      if (changed && change === undefined) deactivated.delete(userId);
      if (changed) await audit.write(...((record?.(user) ?? []) as readonly AuditEvent[]));
      return { user, changed };
    },
  });

  const bench: SignalsBench = {
    baseUrl,
    deactivated,
    op,
    keys,
    get signals() {
      if (signals === undefined) throw new Error('reset first');
      return signals;
    },
    get providers() {
      return built;
    },
    events,
    residents: residents.sessions(op),
    world,
    async reset(config = {}) {
      op.behave();
      Object.assign(world, { auditFails: false, transientFails: false, now: Date.now });
      const providers = residents.providers(op, config);
      const settings = {
        baseUrl,
        prefix: '/sso',
        secrets: ['0123456789abcdef0123456789abcdef'],
        brand: testBrand('Catalog'),
        contact: undefined,
        login: { timeout: 600_000, maxPerMinutePerAddress: 1000, maxPerMinutePerProvider: 1000 },
        providers,
      };
      const transient = {
        ...sessions.transient,
        addOnce: (...args: Parameters<typeof sessions.transient.addOnce>) =>
          world.transientFails
            ? Promise.reject(new Failure('store_unavailable', { detail: 'test.transient' }))
            : sessions.transient.addOnce(...args),
      };
      const now = () => world.now();
      await signals?.close();
      await Promise.all([...built.values()].map((provider) => provider.close()));
      built = createProviders(settings, { transient: sessions.transient, log: silentLog, now });
      signals = createSignals({
        config: settings,
        providers: built,
        sessions,
        endings: createEndings<Actor>({ sessions, audit, now }),
        users: directory(),
        audit,
        resync: () => Promise.reject(new Error('nobody is re-checked here')),
        transient,
        reference: () => 'TESTREFERENCE',
        now,
        log: silentLog,
      });
      for (const { digest } of await sessions.list({ limit: 1000 })) await sessions.end(digest);
      events.length = 0;
      deactivated.clear();
      for (const [name, login] of Object.entries(residents.sessions(op))) await bench.signIn(name, login);
    },
    async signIn(name, login = {}) {
      const id = randomBytes(16).toString('hex');
      const { record, data } = sampleSession(id, Date.now());
      names.set(digestOf(id), name);
      const whole: SessionLogin = {
        userId: 'user-ann',
        provider: 'op',
        issuer: op.state.issuer,
        subject: 'ann',
        authenticatedAt: Date.now(),
        amr: [],
        idp: { sid: 'sid-ann' },
        ...login,
      };
      await sessions.set({ record: { ...record, login: whole }, data }, { fresh: true });
    },
    async living() {
      const live = await sessions.list({ limit: 1000 });
      return live.map(({ digest }) => names.get(digest) ?? digest).sort();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([...built.values()].map((provider) => provider.close()));
      await signals?.close();
      await op.close();
      await sessions.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}

/** A login that was under way, as the provider would have vouched for it. */
export function assertionOf(bench: SignalsBench, issuedAt: number): IdentityAssertion {
  return {
    provider: 'op',
    issuer: bench.op.state.issuer,
    subject: 'ann',
    userName: 'ann',
    emailVerified: false,
    groups: { kind: 'absent' },
    roles: [],
    issuedAt,
    authenticatedAt: issuedAt,
    amr: [],
    idpSession: { sid: 'sid-ann' },
  };
}
