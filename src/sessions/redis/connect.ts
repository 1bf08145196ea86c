import { once } from 'node:events';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../../identity/index.ts';
import type { RedisAddress } from './address.ts';
import { withoutArguments } from './ask.ts';
import type { RedisClient } from './names.ts';
import { PromptCluster } from './prompt-cluster.ts';

/** Milliseconds. One command, one attempt to connect, and a connection from which nothing comes although it was asked. */
const commandTimeout = 800;
const connectTimeout = 1000;
const silence = 3000;
/** How long opening waits for a first connection before it goes on without. */
const firstConnection = 1000;
/** The same trouble is logged no more often than this. */
const repeatAfter = 30_000;
const reconnectAfter = (attempt: number) => Math.min(500, 50 * 2 ** Math.min(attempt, 4));

/**
 * Connects to a server, to whichever server the sentinels say is the primary, or to a cluster. Commands fail at once
 * while there is no connection and are never sent twice; the client goes on trying to connect for ever, so that nobody
 * has to restart anything. Never rejects: a server that is not there yet is logged.
 */
export async function connect(address: RedisAddress, log: Log, now: () => number): Promise<RedisClient> {
  const client = address.kind === 'cluster' ? clusterOf(address) : serverOf(address);
  revive(client);
  let troubled = false;
  let logged = Number.NEGATIVE_INFINITY;
  client.on('error', (error: unknown) => {
    troubled = true;
    if (now() - logged < repeatAfter) return;
    logged = now();
    log.warn({ err: withoutArguments(error) }, 'Redis does not answer; connecting again');
  });
  client.on('ready', () => {
    if (troubled) log.info({}, 'Redis answers again');
    troubled = false;
    logged = Number.NEGATIVE_INFINITY;
  });

  await once(client, 'ready', { signal: AbortSignal.timeout(firstConnection) }).catch(() => {
    log.warn({}, 'Redis is not ready yet; sessions will work as soon as it is');
  });
  return client;
}

/** Clients that we have ended ourselves. */
const ended = new WeakSet<RedisClient>();
/** Milliseconds until a client that gave up is told to try again. */
const reviveAfter = 200;

/**
 * A client that ends without having been told to is made to connect again. ioredis gives up for good when a failover is
 * announced by the sentinels at the very moment in which it asks them for the primary; nobody should have to restart.
 */
function revive(client: RedisClient): void {
  client.on('end', () => {
    if (ended.has(client)) return;
    setTimeout(() => {
      if (!ended.has(client) && client.status === 'end') client.connect().catch(() => undefined);
    }, reviveAfter).unref();
  });
}

/** Ends a connection at once. */
export function hangUp(client: RedisClient): void {
  ended.add(client);
  client.disconnect();
}

function common({ username, password, tls }: RedisAddress) {
  return {
    connectionName: 'doorward',
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls !== undefined && { tls }),
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
    commandTimeout,
    connectTimeout,
    socketTimeout: silence,
    // Its timer runs on after the socket has gone, and would keep a process that is done alive for so long.
    disconnectTimeout: 200,
  } satisfies RedisOptions;
}

function serverOf(address: RedisAddress): Redis {
  const { kind, hosts, primary, database, tls } = address;
  const options = {
    ...common(address),
    db: database,
    enableOfflineQueue: false,
    retryStrategy: reconnectAfter,
    // After a failover the old primary answers READONLY: connect anew, the name leads to the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
  const [first] = hosts;
  if (kind === 'single') return new Redis({ ...options, ...first });
  const { sentinelUsername, sentinelPassword } = address;
  return new Redis({
    ...options,
    sentinels: [...hosts],
    name: primary ?? '',
    role: 'master' as const,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls !== undefined && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: commandTimeout,
    sentinelRetryStrategy: reconnectAfter,
    failoverDetector: true,
  });
}

function clusterOf(address: RedisAddress): Cluster {
  return new PromptCluster([...address.hosts], {
    redisOptions: common(address),
    clusterRetryStrategy: reconnectAfter,
    // What was under way when a node died may have been carried out: it is not sent again.
    retryDelayOnFailover: 0,
    slotsRefreshTimeout: commandTimeout,
    // Names are as the nodes tell them; with TLS their certificates must say the same.
    dnsLookup: (name, done) => done(null, name),
  });
}

/**
 * A further connection to the same place, for listening. It waits for its connection before it sends, and tells of no
 * trouble: the connection that asks does. When it was cut, whoever listens has to subscribe anew: ioredis would do so
 * by itself, but nobody could catch its failure, which would end the process.
 */
export function subscriberOf(client: RedisClient): RedisClient {
  const further = { connectionName: 'doorward-changes', autoResubscribe: false };
  const subscriber =
    client instanceof Cluster
      ? client.duplicate()
      : // A channel may be silent for long; heartbeats find out whether it still tells.
        client.duplicate({ ...further, enableOfflineQueue: true, socketTimeout: undefined });
  subscriber.on('error', () => {});
  revive(subscriber);
  return subscriber;
}

/** Ends the connection; commands under way get a moment to be answered. */
export async function disconnect(client: RedisClient): Promise<void> {
  ended.add(client);
  await Promise.race([
    client.quit().catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, 300).unref()),
  ]);
  client.disconnect();
}
