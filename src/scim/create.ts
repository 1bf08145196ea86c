import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAuthenticate } from './auth/authenticate.ts';
import { createTokenEndpoint } from './auth/oauth.ts';
import { createRateLimit } from './auth/rate.ts';
import { warnOfEnds } from './auth/tokens.ts';
import { createActivity } from './http/activity.ts';
import { largestBody } from './http/body.ts';
import { createHandler } from './http/handler.ts';
import { createRefusals } from './http/refusals.ts';
import { createRoutes } from './http/routes.ts';
import { createBulk } from './service/bulk.ts';
import { createDiscovery } from './service/discovery.ts';
import { createGroupService } from './service/groups.ts';
import { createLists } from './service/list.ts';
import { regrant } from './service/regrant.ts';
import { createRepresentation } from './service/representation.ts';
import { createUserService } from './service/users.ts';
import type { ScimDeps } from './types.ts';

export interface Scim {
  /** Answers every path under `/scim`. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Writes down what was counted until now. */
  flush(): Promise<void>;
  /** The same, and stops. */
  close(): Promise<void>;
}

const bulkOperations = 1_000;
/** How often the ends of tokens are looked at, milliseconds. */
const warningInterval = 6 * 60 * 60_000;

/** The SCIM 2.0 service of all providers that have one. */
export function createScim(deps: ScimDeps): Scim {
  const { baseUrl, providers, store, audit, now, random, log } = deps;
  const base = `${baseUrl}/scim/v2`;
  const note = (message: string) => (error: unknown) => log.warn({ error: String(error) }, message);
  const activity = createActivity(
    store.activity,
    now,
    note('What SCIM clients did could not be written down; it is missing in the counts.'),
  );
  const refusals = createRefusals({
    audit,
    activity,
    now,
    addressOf: deps.addressOf ?? ((req) => req.socket.remoteAddress),
  });
  const representation = createRepresentation(base);
  const users = createUserService(deps, representation);
  const groups = createGroupService(deps, representation);
  const lists = createLists(store, representation, groups.loadMembers, now);
  const discovery = createDiscovery(base, { bulkOperations, bulkPayload: largestBody });
  const bulk = createBulk(
    (caller, { method, path, data, conditions }) =>
      routes(caller, {
        method,
        path: path.split('/').slice(1),
        query: new Map(),
        conditions,
        body: async () => data,
      }),
    refusals.step,
    bulkOperations,
  );
  const routes = createRoutes({ users, groups, lists, discovery, bulk });
  const handler = createHandler({
    authenticate: createAuthenticate({
      tokens: store.tokens,
      freshness: deps.freshness,
      providers,
      now,
      noteFailed: note('The use of a SCIM token could not be noted.'),
    }),
    limit: createRateLimit({
      increment: (kind, key, window) => deps.transient.increment(kind, key, window),
      now,
    }),
    routes,
    issueToken: createTokenEndpoint({ tokens: store.tokens, providers, now, random }),
    activity,
    refusals,
    onAnswered: deps.onAnswered,
    failed: (error, req) =>
      log.error(
        { error: String(error), method: req.method, path: req.url?.split('?')[0] },
        'A SCIM request failed.',
      ),
  });

  const warn = () =>
    void warnOfEnds(store.tokens, now(), log).catch(note('The ends of SCIM tokens could not be looked at.'));
  const warnings = setInterval(warn, warningInterval);
  warnings.unref();
  if (providers.size > 0) warn();
  for (const provider of providers.values()) {
    regrant(store, provider, now).then(
      (groups) =>
        groups > 0 && log.info({ provider: provider.id, groups }, 'SCIM groups follow the changed map.'),
      note('SCIM groups could not be brought in line with the map; it is tried again at the next start.'),
    );
  }

  return {
    handle: (req, res) => void handler(req, res),
    flush: () => activity.flush(),
    async close() {
      clearInterval(warnings);
      await activity.close();
    },
  };
}
