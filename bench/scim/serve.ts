/** A process of its own: the SCIM service on a directory. Arguments: directory URL, folder for the session store. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAuditRelay, createAuditWriter, type Actor, type AuditEvent } from '../../src/audit/index.ts';
import { openDirectory } from '../../src/directory/index.ts';
import { silentLog } from '../../src/identity/index.ts';
import { createScim, createTokens } from '../../src/scim/index.ts';
import { createEndings, openSessionStore } from '../../src/sessions/index.ts';
import { provider } from './people.ts';
import { reportUsage } from './usage.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const log = silentLog;
const now = Date.now;
const directory = await openDirectory<AuditEvent>(url, { now, auditing: createAuditRelay({ log }) });
const sessions = await openSessionStore(`sqlite:${join(folder, `sessions-${process.pid}.db`)}`, {
  now,
  log,
  redisPrefix: '',
});
const audit = createAuditWriter({ store: directory, log });
const server = createServer((req, res) => scim.handle(req, res));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const scim = createScim({
  baseUrl,
  providers: new Map([
    [
      provider,
      {
        id: provider,
        trustEmail: false,
        admit: { emailDomains: [] },
        groups: { map: [], unmapped: 'create' },
        scim: { match: ['subject'], groupsFrom: 'scim', onReturn: 'restore', requestsPerSecond: 1_000_000 },
      },
    ],
  ]),
  store: directory.scim,
  freshness: directory.freshness,
  endings: createEndings<Actor>({ sessions, audit, now }),
  audit,
  transient: sessions.transient,
  now,
  random: randomBytes,
  log,
});
const tokens = createTokens({ tokens: directory.scim.tokens, now, random: randomBytes });
const { secret } = await tokens.create({
  provider,
  kind: 'bearer',
  name: 'bench',
  expiresAt: undefined,
  actor: { kind: 'command' },
});

reportUsage();
process.send?.({ url: `${baseUrl}/scim/v2`, token: secret });
