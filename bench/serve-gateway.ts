/** The real gateway, whole, with users and sessions in its stores. The argument is a {@link GatewaySpec} as JSON. */
import { join } from 'node:path';
import { createApp } from '../src/app.ts';
import { digestOf } from '../src/sessions/index.ts';
import { gateConfig, signedCookie } from '../test/support/gate-world.ts';
import { samlConfig } from '../test/support/saml-provider.ts';
import { freePort } from '../test/support/redis.ts';
import { reportTo } from './child.ts';
import { fill } from './fill.ts';
import type { GatewaySpec } from './gateway-spec.ts';

const usualGroups = ['catalog-users', 'data-engineers', 'finance', 'stewards', 'vienna'];
const spec = JSON.parse(process.argv[2] ?? '{}') as GatewaySpec;
const { sessions: total, cookies: cookieCount, folder } = spec;
const port = await freePort();
const config = gateConfig({
  listen: { host: '127.0.0.1', port, socket: undefined },
  state: {
    directory: spec.directory ?? `sqlite:${join(folder, 'directory.db')}`,
    sessions: spec.store === 'sqlite' ? `sqlite:${join(folder, 'sessions.db')}` : spec.store,
    redisPrefix: 'bench:',
    grace: 0,
  },
  ...(spec.upstream === undefined ? {} : { upstreams: [{ host: undefined, path: '/', url: spec.upstream }] }),
  ...(spec.saml === true
    ? {
        baseUrl: `http://127.0.0.1:${port}`,
        login: { timeout: 600_000, maxPerMinutePerAddress: 100_000, maxPerMinutePerProvider: 100_000 },
        providers: [
          samlConfig({ entityId: `http://127.0.0.1:${port}/sso/metadata/okta`, allowUnsolicited: true }),
        ],
      }
    : {}),
});
const cookie = config.baseUrl.startsWith('https') ? '__Host-doorward' : 'doorward';
const app = await createApp(config);
const { directory, sessions } = app.stores;
const people = spec.people ?? Math.max(1, total / 10);
const userIds: string[] = [];
const groups = Array.from({ length: spec.groups ?? 5 }, (_, index) => usualGroups[index] ?? `group-${index}`);

async function addPerson(index: number): Promise<void> {
  const committed = await directory.commitLogin({
    kind: 'create',
    provider: 'okta',
    identity: { issuer: 'https://acme.okta.example', subject: `subject-${index}` },
    profile: {
      userName: `person-${index}@acme.example`,
      email: `person-${index}@acme.example`,
      emailVerified: true,
      displayName: `Łukasz Müller ${index}`,
    },
    idpRoles: [],
    memberships: { source: { kind: 'login', provider: 'okta' }, add: groups, remove: [] },
    now: Date.now(),
  });
  if (committed.kind === 'committed') userIds.push(committed.user.id);
}

const at = Date.now();
const sessionId = (index: number): string => `session-${String(index).padStart(35, '0')}`;

function addSession(index: number): Promise<unknown> {
  const login = {
    userId: userIds[index % userIds.length] ?? '',
    provider: 'okta',
    issuer: 'https://acme.okta.example',
    subject: `subject-${index % userIds.length}`,
    authenticatedAt: at,
    amr: ['pwd', 'mfa'],
    idp: {},
  };
  const record = {
    digest: digestOf(sessionId(index)),
    login,
    createdAt: at,
    lastSeenAt: at,
    idleExpiresAt: at + config.session.idle,
    absoluteExpiresAt: at + config.session.absolute,
  };
  return sessions.set({ record, data: '{"cookie":{"path":"/"}}' }, { fresh: true });
}

if (spec.adopt !== undefined) userIds.push(...spec.adopt);
else if (spec.store === 'sqlite') {
  await addPerson(0);
  await addSession(0);
  fill(folder, people, total, sessionId);
} else {
  for (let index = 0; index < people; index += 1) await addPerson(index);
  for (let from = 0; from < total; from += 200) {
    const some = Array.from({ length: Math.min(200, total - from) }, (_, index) => addSession(from + index));
    await Promise.all(some);
  }
}
const step = Math.max(1, Math.floor(total / cookieCount));
const cookies: string[] = [];
for (let index = 0; index < total; index += step) {
  cookies.push(`${cookie}=${signedCookie(sessionId(index), config.secrets[0] ?? '')}`);
}
await app.start();
reportTo(process, Number(new URL(app.address()).port), cookies);
