import type { Request, RequestHandler } from 'express';
import expressSession from 'express-session';
import type { Log } from '../identity/index.ts';
import {
  cookieAttributes,
  cookieName,
  cookieValues,
  sessionIdsFromCookie,
  signedCookieValue,
  withOnlyCookie,
  type CookieAttributes,
} from './cookie.ts';
import { digestOf } from './digest.ts';
import { ExpressStore } from './express-store.ts';
import type { SessionStore } from './types.ts';

export interface SessionMiddlewareOptions {
  readonly store: SessionStore;
  /** The first signs the cookie, all verify it. */
  readonly secrets: readonly string[];
  readonly baseUrl: string;
  readonly cookieDomain: string | undefined;
  /** Milliseconds without a request until a session ends. */
  readonly idle: number;
  /** Milliseconds from the login until a session ends, whatever happens. */
  readonly absolute: number;
  readonly now: () => number;
  readonly log: Log;
}

/** What establishing and ending a session need to know of the middleware that a request went through. */
export interface SessionContext {
  readonly store: SessionStore;
  readonly expressStore: ExpressStore;
  readonly name: string;
  readonly cookie: CookieAttributes;
  /** Every session id of ours that the browser brought, the chosen one included. */
  readonly brought: readonly string[];
}

const contexts = new WeakMap<object, SessionContext>();

/** The context of a request; undefined when it did not pass the middleware. */
export function sessionContext(request: object): SessionContext | undefined {
  return contexts.get(request);
}

/**
 * Express middleware that gives every request its `req.session` (express-session). A request that nobody signed in with
 * leaves nothing in the store and gets no cookie. When the store does not answer, `next(Failure('store_unavailable'))`.
 */
export function createSessionMiddleware(options: SessionMiddlewareOptions): RequestHandler {
  const { store, secrets, baseUrl, cookieDomain } = options;
  const name = cookieName(baseUrl, cookieDomain);
  const cookie = cookieAttributes(baseUrl, cookieDomain);
  const expressStore = new ExpressStore({ ...options, cookie });
  const handle = expressSession({
    store: expressStore,
    name,
    secret: [...secrets],
    cookie: { ...cookie, maxAge: options.absolute },
    genid: (request) => expressStore.newId(request),
    resave: false,
    saveUninitialized: false,
    rolling: false,
    unset: 'destroy',
  });

  /** Of several cookies of our name leaves the one whose session lives; of two living ones neither can be believed. */
  async function choose(request: Request, header: string, brought: readonly string[]): Promise<void> {
    const living: string[] = [];
    for (const id of brought) if ((await store.get(digestOf(id))) !== undefined) living.push(id);
    const [only, second] = living;
    const value =
      only === undefined || second !== undefined ? undefined : signedCookieValue(only, secrets[0] ?? '');
    request.headers.cookie = withOnlyCookie(header, name, value);
  }

  return (request, response, next) => {
    const header = request.headers.cookie;
    const brought = sessionIdsFromCookie(header, { cookieName: name, secrets });
    contexts.set(request, { store, expressStore, name, cookie, brought });
    // The configured base URL says whether people use https, not the hop from the proxy to us, and never a header.
    if (cookie.secure) Object.defineProperty(request, 'secure', { value: true, configurable: true });
    if (header === undefined || cookieValues(header, name).length < 2) {
      void handle(request, response, next);
      return;
    }
    choose(request, header, brought).then(() => handle(request, response, next), next);
  };
}
