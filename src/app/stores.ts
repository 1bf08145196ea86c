import {
  createAdministrators,
  createLinks,
  createPeople,
  keepOneAdministrator,
  type Links,
  type People,
} from '../admin/index.ts';
import {
  createAuditRelay,
  createAuditWriter,
  createOutlets,
  type Actor,
  type AuditEvent,
  type AuditWriter,
} from '../audit/index.ts';
import type { Config } from '../config/index.ts';
import { openDirectory, type OpenDirectory } from '../directory/index.ts';
import { silentLog, type Log } from '../identity/index.ts';
import {
  createEndings,
  openSessionStore,
  type Endings,
  type SessionStore,
  type TransientStore,
} from '../sessions/index.ts';
import type { Tokens } from '../tokens/index.ts';
import { tokensOf } from './tokens.ts';

/** The stores of one configuration, with what is done to people in them: all that a command needs. */
export interface Stores {
  readonly directory: OpenDirectory<AuditEvent>;
  readonly sessions: SessionStore & { readonly transient: TransientStore };
  readonly audit: AuditWriter;
  readonly endings: Endings<Actor>;
  readonly people: People;
  readonly tokens: Tokens;
  readonly links: Links;
  close(): Promise<void>;
}

export interface StoresDeps {
  readonly log?: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Told of each session that ended, for metrics. */
  readonly onSessionEnded?: (cause: string) => void;
  /** Puts something around the calls of a store, for metrics and traces. */
  readonly observe?: <Store extends object>(name: 'directory' | 'sessions', store: Store) => Store;
}

/**
 * Opens the stores that a configuration names.
 * @throws Failure `store_unavailable` when the directory cannot be opened
 */
export async function openStores(config: Config, deps: StoresDeps = {}): Promise<Stores> {
  const { log = silentLog, now = Date.now, onSessionEnded, observe = (_name, store) => store } = deps;
  const outlets = createOutlets(config.audit, log);
  const opened = await openDirectory<AuditEvent>(config.state.directory, {
    now,
    log,
    auditing: createAuditRelay({ log, outlets }),
  });
  const directory = observe('directory', opened);
  try {
    const { redisPrefix } = config.state;
    const sessions = observe(
      'sessions',
      await openSessionStore(config.state.sessions, { now, log, redisPrefix }),
    );
    const audit = createAuditWriter({ store: directory, log, outlets });
    const endings = createEndings<Actor>({
      sessions,
      audit,
      now,
      ...(onSessionEnded && { onEnded: onSessionEnded }),
    });
    const administrators = createAdministrators(config.admin, config.providers, directory);
    const keepOne = keepOneAdministrator({ directory, administrators });
    const people = createPeople({ directory, endings, keepOne, now });
    return {
      directory,
      sessions,
      audit,
      endings,
      people,
      tokens: tokensOf(config, directory, now),
      links: createLinks({ directory, endings, keepOne, now }),
      async close() {
        await Promise.all([sessions.close(), directory.close()]);
        await outlets.close();
      },
    };
  } catch (error) {
    await directory.close();
    throw error;
  }
}

/** Opens the stores, hands them to `use`, and closes them whatever happens: how commands work. */
export async function withStores<T>(config: Config, use: (stores: Stores) => Promise<T>): Promise<T> {
  const stores = await openStores(config);
  try {
    return await use(stores);
  } finally {
    await stores.close();
  }
}
