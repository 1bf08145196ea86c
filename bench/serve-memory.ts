/**
 * What one remembered session takes of the heap, by two heap snapshots: after one session, and after many, of one person.
 * Arguments: folder with a filled sessions database, how many, the first argument of a gateway. Prints bytes.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { openStores } from '../src/app.ts';
import { createGate } from '../src/gate/index.ts';
import { silentLog } from '../src/identity/index.ts';
import { digestOf } from '../src/sessions/index.ts';
import { gateConfig, signedCookie } from '../test/support/gate-world.ts';
import { fill } from './fill.ts';

const [folder = '.', count = '1'] = process.argv.slice(2);
const total = Number(count);
const config = gateConfig({
  state: {
    directory: `sqlite:${join(folder, 'directory.db')}`,
    sessions: `sqlite:${join(folder, 'sessions.db')}`,
    redisPrefix: '',
    grace: 0,
  },
});
const stores = await openStores(config, { log: silentLog });
const { directory, sessions } = stores;
const committed = await directory.commitLogin({
  kind: 'create',
  provider: 'okta',
  identity: { issuer: 'https://acme.okta.example', subject: 'subject' },
  profile: {
    userName: 'person@acme.example',
    email: 'person@acme.example',
    emailVerified: true,
    displayName: 'Person',
  },
  idpRoles: [],
  memberships: { source: { kind: 'login', provider: 'okta' }, add: ['a', 'b', 'c', 'd', 'e'], remove: [] },
  now: Date.now(),
});
if (committed.kind !== 'committed') throw new Error('no user');
const at = Date.now();
const sessionId = (index: number): string => `session-${String(index).padStart(35, '0')}`;
await sessions.set(
  {
    record: {
      digest: digestOf(sessionId(0)),
      login: {
        userId: committed.user.id,
        provider: 'okta',
        issuer: 'https://acme.okta.example',
        subject: 'subject',
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
fill(folder, 1, total, sessionId);
const gate = createGate({
  config,
  sessions,
  directory,
  signer: undefined,
  tokens: { ...directory.apiTokens, findByIdentity: directory.findByIdentity },
  now: Date.now,
  log: silentLog,
  reference: () => 'REF',
});

async function admit(index: number): Promise<void> {
  // As it comes from the wire: a string of its own, which the gate may keep.
  const cookie = Buffer.from(
    `__Host-doorward=${signedCookie(sessionId(index), config.secrets[0] ?? '')}`,
  ).toString('latin1');
  const asked = { cookie, method: 'GET', host: 'catalog.example', path: '/' };
  const admission = await gate.admit(asked as Parameters<typeof gate.admit>[0]);
  if (admission.kind !== 'admitted') throw new Error(`session ${index} is ${admission.kind}`);
}

/** The sizes of all objects on the heap, bytes. */
function heap(): number {
  const file = writeHeapSnapshot(join(folder, `heap-${process.hrtime.bigint()}.heapsnapshot`));
  const { snapshot, nodes } = JSON.parse(readFileSync(file, 'utf8')) as {
    snapshot: { meta: { node_fields: string[] } };
    nodes: number[];
  };
  rmSync(file);
  const { node_fields: fields } = snapshot.meta;
  const size = fields.indexOf('self_size');
  let sum = 0;
  for (let index = size; index < nodes.length; index += fields.length) sum += nodes[index] ?? 0;
  return sum;
}

for (let index = 0; index < 1000; index += 1) await admit(index);
const before = heap();
for (let index = 1000; index < total; index += 1) await admit(index);
const after = heap();
process.stdout.write(String(Math.round((after - before) / (total - 1000))));
await stores.close();
process.exit();
