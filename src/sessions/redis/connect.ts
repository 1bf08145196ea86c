import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Log } from '../../identity/index.ts';
import { withoutArguments } from './ask.ts';

/** Milliseconds. One command, one attempt to connect, and a connection from which nothing comes although it was asked. */
const commandTimeout = 800;
const connectTimeout = 1000;
const silence = 3000;
/** How long opening waits for a first connection before it goes on without. */
const firstConnection = 1000;
/** The same trouble is logged no more often than this. */
const repeatAfter = 30_000;

/**
 * Connects to `redis://` or `rediss://`. Commands fail at once while there is no connection and are never sent twice;
 * the client goes on trying to connect for ever, so that nobody has to restart anything. Never rejects: a server that is
 * not there yet is logged.
 */
export async function connect(url: string, log: Log, now: () => number): Promise<Redis> {
  const client = new Redis(url, {
    connectionName: 'doorward',
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    autoResendUnfulfilledCommands: false,
    commandTimeout,
    connectTimeout,
    socketTimeout: silence,
    // Its timer runs on after the socket has gone, and would keep a process that is done alive for so long.
    disconnectTimeout: 200,
    retryStrategy: (attempt) => Math.min(1000, 50 * 2 ** Math.min(attempt, 5)),
    // After a failover the old primary answers READONLY: connect anew, the name leads to the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });

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

/**
 * A further connection to the same server, for listening. It waits for its connection before it sends, subscribes anew
 * by itself when it was cut, and tells of no trouble: the connection that asks does.
 */
export function subscriberOf(client: Redis): Redis {
  const subscriber = client.duplicate({
    connectionName: 'doorward-changes',
    autoResubscribe: true,
    enableOfflineQueue: true,
    // A channel may be silent for long; heartbeats find out whether it still tells.
    socketTimeout: undefined,
  });
  subscriber.on('error', () => {});
  return subscriber;
}

/** Ends the connection; commands under way get a moment to be answered. */
export async function disconnect(client: Redis): Promise<void> {
  await Promise.race([
    client.quit().catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, 300).unref()),
  ]);
  client.disconnect();
}
