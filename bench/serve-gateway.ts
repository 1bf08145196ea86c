/**
 * The real gateway, whole, with users and sessions in its stores. Arguments: `sqlite` or the URL of a Redis, how many
 * sessions, how many cookies to hand out, a folder for databases.
 */
import { join } from 'node:path';
import { createApp } from '../src/app.ts';
import { digestOf } from '../src/sessions/index.ts';
import { gateConfig, signedCookie } from '../test/support/gate-world.ts';
import { reportTo } from './child.ts';

const [kind = 'sqlite', sessionCount = '1', cookieCount = '1', folder = '.'] = process.argv.slice(2);
const config = gateConfig({
  state: {
    directory: `sqlite:${join(folder, 'directory.db')}`,
    sessions: kind === 'sqlite' ? `sqlite:${join(folder, 'sessions.db')}` : kind,
    redisPrefix: 'bench:',
    grace: 0,
  },
});
const app = await createApp(config);
const { directory, sessions } = app.stores;
const total = Number(sessionCount);
const userIds: string[] = [];

/** One user for every ten sessions, with five groups each. */
for (let index = 0; index < Math.max(1, total / 10); index += 1) {
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
    memberships: {
      source: { kind: 'login', provider: 'okta' },
      add: ['catalog-users', 'data-engineers', 'finance', 'stewards', 'vienna'],
      remove: [],
    },
    now: Date.now(),
  });
  if (committed.kind === 'committed') userIds.push(committed.user.id);
}

const at = Date.now();
const cookies: string[] = [];
const step = Math.max(1, Math.floor(total / Number(cookieCount)));
let writing: Promise<unknown>[] = [];
for (let index = 0; index < total; index += 1) {
  const id = `session-${String(index).padStart(35, '0')}`;
  const written = sessions.set(
    {
      record: {
        digest: digestOf(id),
        login: {
          userId: userIds[index % userIds.length] ?? '',
          provider: 'okta',
          issuer: 'https://acme.okta.example',
          subject: `subject-${index % userIds.length}`,
          authenticatedAt: at,
          amr: ['pwd', 'mfa'],
          idp: {},
        },
        createdAt: at,
        lastSeenAt: at,
        idleExpiresAt: at + config.session.idle,
        absoluteExpiresAt: at + config.session.absolute,
      },
      data: '{"cookie":{"path":"/"}}',
    },
    { fresh: true },
  );
  writing.push(written);
  if (writing.length === 200) {
    await Promise.all(writing);
    writing = [];
  }
  if (index % step === 0) cookies.push(`__Host-doorward=${signedCookie(id, config.secrets[0] ?? '')}`);
}
await Promise.all(writing);
await app.start();
reportTo(process, Number(new URL(app.address()).port), cookies);
