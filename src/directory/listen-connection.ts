import { Socket } from 'node:net';
import { Client } from 'pg';
import type { Log } from '../identity/index.ts';

/** One connection that listens to PostgreSQL's notifications, and is made anew for as long as it is wanted. */
export interface ListenConnection {
  /** Connects when it is not connected yet, and stays so from now on. Resolves when it is, or after a while without. */
  open(): Promise<void>;
  readonly isUp: boolean;
  /** Runs a statement on the listening connection. Rejects when there is none, or it does not answer in time. */
  run(text: string, values: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly url: string;
  readonly channels: readonly string[];
  /** Everything that is committed from now on will be heard: the connection listens. */
  readonly onUp: () => void;
  /** From now on nothing is heard. */
  readonly onDown: () => void;
  readonly onNotification: (channel: string, payload: string) => void;
  readonly log: Log;
}

/** Milliseconds: a connection that does not answer for so long is given up; between two attempts; how long a caller waits. */
const silence = 1_000;
const retryAfter = 200;
const callerPatience = 300;

/** A listening connection; nothing is connected before `open`. */
export function createListenConnection(options: ListenOptions): ListenConnection {
  const { log } = options;
  let client: Client | undefined;
  let socket: Socket | undefined;
  let attempt: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isUp = false;
  let isClosed = false;

  function down(broken: Client, error?: unknown): void {
    if (client !== broken) return;
    client = undefined;
    socket?.destroy();
    if (isUp) {
      log.warn({ error: String(error ?? 'closed') }, 'Changes of the directory are not told any more.');
      options.onDown();
    }
    isUp = false;
    attempt = undefined;
    if (!isClosed) retry = setTimeout(() => void open(), retryAfter).unref();
  }

  async function connect(): Promise<void> {
    const made = new Socket();
    const fresh = new Client({
      connectionString: options.url,
      application_name: 'doorward changes',
      connectionTimeoutMillis: silence,
      query_timeout: silence,
      keepAlive: true,
      stream: () => made,
    });
    client = fresh;
    socket = made;
    fresh.on('error', (error) => down(fresh, error));
    fresh.on('end', () => down(fresh));
    fresh.on('notification', ({ channel, payload }) => options.onNotification(channel, payload ?? ''));
    try {
      await fresh.connect();
      await fresh.query(options.channels.map((channel) => `listen ${channel}`).join('; '));
    } catch (error) {
      down(fresh, error);
      return;
    }
    if (client !== fresh || isClosed) return;
    isUp = true;
    options.onUp();
  }

  function open(): Promise<void> {
    clearTimeout(retry);
    attempt ??= connect();
    return attempt;
  }

  return {
    async open() {
      if (isUp || isClosed) return;
      const enough = new Promise((resolve) => setTimeout(resolve, callerPatience).unref());
      await Promise.race([open(), enough]);
    },
    get isUp() {
      return isUp;
    },
    async run(text, values) {
      const asked = client;
      if (!isUp || asked === undefined) throw new Error('not listening');
      try {
        await asked.query(text, [...values]);
      } catch (error) {
        down(asked, error);
        throw error;
      }
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      const last = client;
      client = undefined;
      isUp = false;
      const ended = last?.end().catch(() => undefined);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 200).unref())]);
      socket?.destroy();
    },
  };
}
