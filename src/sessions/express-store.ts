import { callbackify } from 'node:util';
import expressSession, { type SessionData } from 'express-session';
import { toFailure, type Log } from '../identity/index.ts';
import type { CookieAttributes } from './cookie.ts';
import { digestOf, newSessionId } from './digest.ts';
import { parseData } from './login-json.ts';
import './session-data.ts';
import type { SessionRecord, SessionStore, StoredSession } from './types.ts';

export interface ExpressStoreOptions {
  readonly store: SessionStore;
  readonly cookie: CookieAttributes;
  /** Milliseconds without a request until a session ends. */
  readonly idle: number;
  /** Milliseconds from the login until a session ends. */
  readonly absolute: number;
  readonly now: () => number;
  readonly log: Log;
}

type Callback = (error?: unknown) => void;

/**
 * Our store as express-session sees it: turns session ids into digests and session objects into records.
 * Which ids are fresh is known from `newId`, which made them in this very request; nothing a client sends can say so.
 */
export class ExpressStore extends expressSession.Store {
  readonly #options: ExpressStoreOptions;
  /** The id made in this request and not stored yet, by request. */
  readonly #fresh = new WeakMap<object, string>();
  /** The record each session object was read from or written as. */
  readonly #records = new WeakMap<object, SessionRecord>();
  /** Session objects whose last save came too late: the session had ended. */
  readonly #dead = new WeakSet<object>();

  constructor(options: ExpressStoreOptions) {
    super();
    this.#options = options;
  }

  /** express-session's `genid`. */
  newId(request: object): string {
    const id = newSessionId();
    this.#fresh.set(request, id);
    return id;
  }

  /** True when the session object was saved and the session lives. */
  isStored(session: object): boolean {
    return this.#records.has(session) && !this.#dead.has(session);
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    answer(this.#read(id), done);
  }

  override createSession(request: Parameters<expressSession.Store['createSession']>[0], data: SessionData) {
    const session = super.createSession(request, data);
    const record = this.#records.get(data);
    if (record !== undefined) this.#records.set(session, record);
    return session;
  }

  override set(id: string, data: SessionData, done: Callback = () => {}): void {
    answer(this.#write(id, data), done);
  }

  override destroy(id: string, done: Callback = () => {}): void {
    answer(this.#options.store.end(digestOf(id)), done);
  }

  /** Keeps the session from idling out. Written at most sixty times per idle period; a failure costs only idle time. */
  override touch(id: string, data: SessionData, done: () => void = () => {}): void {
    const { store, idle, now, log } = this.#options;
    const record = this.#records.get(data);
    const at = now();
    if (record === undefined || at - record.lastSeenAt < idle / 60) return done();
    const touched = store
      .touch(digestOf(id), at, Math.min(at + idle, record.absoluteExpiresAt))
      .catch((error: unknown) => log.warn({ err: error }, 'a session could not be touched'));
    answer(touched, () => done());
  }

  async #read(id: string): Promise<SessionData | null> {
    const stored = await this.#options.store.get(digestOf(id));
    return stored === undefined ? null : this.#sessionData(stored);
  }

  async #write(id: string, data: SessionData): Promise<void> {
    const { store, idle, absolute, now, log } = this.#options;
    const request: unknown = (data as { req?: unknown }).req;
    const known = this.#records.get(data);
    const fresh = isObject(request) && this.#fresh.get(request) === id;
    const at = now();
    const login = data.doorward;
    const absoluteExpiresAt = Math.min(
      known?.absoluteExpiresAt ?? at + absolute,
      login?.idp.expiresAt ?? Number.POSITIVE_INFINITY,
    );
    const record: SessionRecord = {
      digest: digestOf(id),
      login,
      createdAt: known?.createdAt ?? at,
      lastSeenAt: at,
      idleExpiresAt: Math.min(at + idle, absoluteExpiresAt),
      absoluteExpiresAt,
    };
    const { cookie: _cookie, doorward: _doorward, ...rest } = data;
    const written = await store.set({ record, data: JSON.stringify(rest) }, { fresh });
    if (!written) {
      this.#dead.add(data);
      log.debug({ session: record.digest }, 'a request saved a session that had ended; it stays ended');
      return;
    }
    if (fresh) this.#fresh.delete(request as object);
    this.#records.set(data, record);
    this.#dead.delete(data);
    if (absoluteExpiresAt !== known?.absoluteExpiresAt) data.cookie.maxAge = absoluteExpiresAt - at;
  }

  /** What express-session makes a session object of. The cookie lives exactly as long as the session may. */
  #sessionData({ record, data }: StoredSession): SessionData {
    const left = record.absoluteExpiresAt - this.#options.now();
    const cookie = new expressSession.Cookie();
    Object.assign(cookie, this.#options.cookie, { maxAge: left });
    const session: SessionData = {
      ...parseData(data),
      ...(record.login === undefined ? {} : { doorward: record.login }),
      cookie,
    };
    this.#records.set(session, record);
    return session;
  }
}

/** Gives a promise's outcome to a callback of express-session; what the callback throws is not the promise's failure. */
function answer<T>(outcome: Promise<T>, done: (error: unknown, value?: T) => void): void {
  callbackify(() => outcome)((error, value) => done(error && toFailure(error), value));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
