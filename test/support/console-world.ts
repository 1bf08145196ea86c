import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import type { Config, ScimConfig } from '../../src/config/index.ts';
import type { User } from '../../src/identity/index.ts';
import { digestOf, formToken, type SessionLogin } from '../../src/sessions/index.ts';
import { populate } from '../../demo/population.ts';
import { gateConfig } from './gate-world.ts';
import { oidcConfig } from './oidc-rp.ts';
import { samlConfig } from './saml-provider.ts';

export type ConsoleWorld = Awaited<ReturnType<typeof startConsole>>;

/** Where whoever signs in at the test's providers comes from. */
export const providers = [
  { id: 'microsoft', issuer: 'https://login.example/tenant/v2.0' },
  { id: 'okta', issuer: 'https://idp.acme.example/saml' },
] as const;

/** How a provider's file has SCIM when it says no more than that. */
const scimRule: ScimConfig = {
  match: ['userName', 'email'],
  groupsFrom: 'both',
  onReturn: 'restore',
  requestsPerSecond: 100,
};

/** The whole gateway on free ports with SQLite, an administrator in the group `stewards`, and as many others as asked for. */
export async function startConsole(
  options: { people?: number; config?: Partial<Config>; now?: () => number; scim?: boolean } = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'doorward-console-'));
  const port = await freePort();
  const role = { default: 'guest', map: [['stewards', 'admin']] as [string, string][] };
  const config = gateConfig({
    baseUrl: `http://127.0.0.1:${port}`,
    listen: { host: '127.0.0.1', port, socket: undefined },
    state: {
      directory: `sqlite:${join(directory, 'directory.db')}`,
      sessions: `sqlite:${join(directory, 'sessions.db')}`,
      redisPrefix: '',
      grace: 0,
    },
    providers: [
      oidcConfig({
        id: 'microsoft',
        label: 'Microsoft',
        preset: 'microsoft',
        issuer: providers[0].issuer,
        file: '/etc/doorward/providers/microsoft.yaml',
        lines: { 'groups.map.Data Engineering': 12, 'groups.map.Stewards': 13 },
        role,
        groups: {
          claims: ['groups'],
          whenMissing: 'keep',
          map: [
            ['Data Engineering', 'engineers'],
            ['Stewards', 'stewards'],
          ],
          unmapped: 'create',
        },
      }),
      samlConfig({
        id: 'okta',
        label: 'Okta',
        preset: 'okta',
        role,
        ...(options.scim && { scim: scimRule }),
      }),
    ],
    ...options.config,
  });
  const app = await createApp(config, options.now === undefined ? {} : { now: options.now });
  await app.start();
  const { stores } = app;
  const now = options.now ?? Date.now;

  async function hire(userName: string, displayName: string, groups: readonly string[]): Promise<User> {
    const { id: provider, issuer } = providers[0];
    const result = await stores.directory.commitLogin({
      kind: 'create',
      provider,
      identity: { issuer, subject: userName },
      profile: { userName, email: userName, emailVerified: true, displayName },
      idpRoles: [],
      memberships: { source: { kind: 'login', provider }, add: [...groups].sort(), remove: [] },
      now: now(),
    });
    if (result.kind === 'conflict') throw new Error(`${userName} is there already`);
    return result.user;
  }

  /** Signs somebody in without a browser; what to send, and what makes the tokens of forms. */
  async function signIn(user: User, login: Partial<SessionLogin> = {}) {
    const id = randomBytes(24).toString('base64url');
    const digest = digestOf(id);
    const at = now();
    const [identity] = user.identities;
    const record = {
      digest,
      login: {
        userId: user.id,
        provider: identity?.provider ?? '',
        issuer: identity?.issuer ?? '',
        subject: identity?.subject ?? '',
        authenticatedAt: at,
        amr: [],
        idp: {},
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        address: '203.0.113.7',
        ...login,
      },
      createdAt: at,
      lastSeenAt: at,
      idleExpiresAt: at + 3_600_000,
      absoluteExpiresAt: at + 36_000_000,
    };
    await stores.sessions.set({ record, data: '{}' }, { fresh: true });
    const [secret = ''] = config.secrets;
    const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
    const value = encodeURIComponent(`s:${id}.${signature}`);
    return { cookie: `doorward=${value}`, value, digest, token: formToken(digest, config.secrets) };
  }

  const admin = await hire('ana.silva@acme.example', 'Ana Silva', ['stewards', 'engineers']);
  if (options.people !== undefined) {
    await populate(stores, { people: options.people, providers, seed: 7, now: now() });
  }
  return {
    app,
    stores,
    config,
    baseUrl: config.baseUrl,
    admin,
    hire,
    signIn,
    async close() {
      await app.stop();
      await rm(directory, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
