import type { NextFunction, Request, Response } from 'express';
import { canonicalHost, trustedPeers } from '../gate/index.ts';
import { Failure } from '../identity/index.ts';
import { digestOf, hostCookieName, sealHostCookie } from '../sessions/index.ts';
import type { Limits } from './limits.ts';
import type { Replies } from './replies.ts';
import { defaultPage, type ReturnRules, safeReturnTo } from './return-to.ts';
import type { WebDeps } from './types.ts';

/**
 * Hosts of other domains (`hosts` of gateway.yaml), which the session cookie cannot reach. A browser gets a cookie there by
 * a code that is good once, for half a minute, at one host, and in the browser that asked for it; no session id is ever in
 * an address.
 *
 *   other host /handover/start ──cookie of this browser──▶ base /handover/issue ──code──▶ other host /handover ──▶ the page
 *                                                            └─ not signed in: login, and back here
 */
export interface OtherHosts {
  /** The configured other host that a request is for; undefined at the gateway's own address. */
  hostOf(req: Request): string | undefined;
  /** At another host there is only the hand-over; every other page of ours is at the gateway's own address. */
  only(req: Request, res: Response, next: NextFunction): void;
  start(req: Request, res: Response): Promise<void>;
  issue(req: Request, res: Response): Promise<void>;
  finish(req: Request, res: Response): Promise<void>;
}

/** What a code stands for, and where it is good. */
interface HandOver {
  readonly host: string;
  /** Digest of the cookie of the browser that asked for it. */
  readonly browser: string;
  readonly digest: string;
  /** The end of the session, milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly returnTo: string;
}

const kind = 'hand-over';
const codeLifetime = 30_000;
/** 32 random bytes, or a SHA-256, as base64url. */
const shape = /^[A-Za-z0-9_-]{43}$/;
/** What is served at another host besides the hand-over itself. */
const servedThere = /^\/(?:handover(?:\/start)?|session|static\/[^/]+)$/;

export function createOtherHosts(
  deps: Pick<WebDeps, 'config' | 'gate' | 'transient' | 'random' | 'now'>,
  parts: { replies: Replies; rules: ReturnRules; limits: Limits; reference: () => string },
): OtherHosts {
  const { config, gate, transient, random, now } = deps;
  const { replies, rules, limits, reference } = parts;
  const { protocol } = new URL(config.baseUrl);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  const https = scheme === 'https';
  const hosts = new Set(config.hosts);
  const peers = trustedPeers(config.trustedProxies, config.listen.socket !== undefined);
  const browserCookie = https ? '__Host-doorward-handover' : 'doorward-handover';
  const attributes = { path: '/', httpOnly: true, secure: https, sameSite: 'lax' as const };

  function hostOf(req: Request): string | undefined {
    if (hosts.size === 0) return undefined;
    const told = peers.trusts(req.socket.remoteAddress) ? req.headers['x-forwarded-host'] : undefined;
    const asked = typeof told === 'string' && told !== '' ? told : req.headers.host;
    const host = asked === undefined ? undefined : canonicalHost(asked, scheme);
    return host !== undefined && hosts.has(host) ? host : undefined;
  }

  function here(req: Request): string {
    const host = hostOf(req);
    if (host === undefined) throw new Failure('not_found', { detail: 'web.no_other_host' });
    return host;
  }

  /**
   * Takes a code, wherever and by whomever it is brought: one that turns up in another browser or at another host may have
   * been made to be caught there, and is dead from then on.
   */
  async function redeem(code: unknown, host: string, browser: string): Promise<HandOver | undefined> {
    if (typeof code !== 'string' || !shape.test(code)) return undefined;
    const text = await transient.take(kind, digestOf(code));
    const handOver = text === undefined ? undefined : (JSON.parse(text) as HandOver);
    // Anybody can name the digest of no cookie at all.
    if (!shape.test(browser)) return undefined;
    return handOver?.host === host && handOver.browser === digestOf(browser) ? handOver : undefined;
  }

  /** A path at that host; anything else is its front page. */
  function pathAt(host: string, rd: unknown): string {
    const there = { ...rules, baseUrl: `${scheme}://${host}`, cookieDomain: undefined, origins: [] };
    return safeReturnTo(rd, there) ?? defaultPage;
  }

  return {
    hostOf,
    only(req, res, next) {
      if (hostOf(req) === undefined || servedThere.test(req.path)) return next();
      if (req.method !== 'GET' && req.method !== 'HEAD') return next(new Failure('not_found'));
      const { search } = new URL(req.originalUrl, config.baseUrl);
      res.redirect(303, `${config.baseUrl}${config.prefix}${req.path}${search}`);
    },

    async start(req, res) {
      const host = here(req);
      const brought = cookieOf(req, browserCookie);
      const browser =
        brought !== undefined && shape.test(brought)
          ? brought
          : Buffer.from(random(32)).toString('base64url');
      res.cookie(browserCookie, browser, { ...attributes, maxAge: 24 * 60 * 60_000 });
      const query = new URLSearchParams({
        host,
        browser: digestOf(browser),
        rd: pathAt(host, req.query['rd']),
      });
      res.redirect(303, `${config.baseUrl}${config.prefix}/handover/issue?${query.toString()}`);
    },

    async issue(req, res) {
      const { host, browser, rd } = req.query;
      if (hostOf(req) !== undefined || typeof host !== 'string' || !hosts.has(host)) {
        throw new Failure('not_found', { detail: 'web.no_other_host' });
      }
      if (typeof browser !== 'string' || !shape.test(browser)) {
        throw new Failure('bad_request', { detail: 'web.handover_browser' });
      }
      const admission = await gate.admit({
        cookie: req.headers.cookie,
        method: 'GET',
        host: undefined,
        path: undefined,
        own: true,
      });
      if (admission.kind === 'unavailable') throw new Failure('store_unavailable', { detail: 'web.gate' });
      if (admission.kind === 'refused' && admission.reason !== 'policy') {
        return replies.refusal(req, res, admission.reason, { reference: reference() });
      }
      if (admission.kind !== 'admitted') {
        const back = encodeURIComponent(config.prefix + req.url);
        return res.redirect(303, `${config.baseUrl}${config.prefix}/login?rd=${back}`);
      }
      const { digest, absoluteExpiresAt: expiresAt } = admission.identity.session;
      const code = Buffer.from(random(32)).toString('base64url');
      const handOver: HandOver = { host, browser, digest, expiresAt, returnTo: pathAt(host, rd) };
      await transient.put(kind, digestOf(code), JSON.stringify(handOver), codeLifetime);
      res.redirect(303, `${scheme}://${host}${config.prefix}/handover?code=${code}`);
    },

    async finish(req, res) {
      const host = here(req);
      const browser = cookieOf(req, browserCookie) ?? '';
      const handOver = await redeem(req.query['code'], host, browser);
      if (handOver === undefined) throw new Failure('login_state_unknown', { detail: 'web.handover' });
      const { digest, expiresAt, returnTo } = handOver;
      await limits.succeeded(browser, `${host}${returnTo}`);
      const value = sealHostCookie(digest, host, config.secrets);
      const maxAge = Math.max(0, expiresAt - now());
      res.cookie(hostCookieName(config.baseUrl), value, { ...attributes, maxAge });
      res.redirect(303, returnTo);
    },
  };
}

function cookieOf(req: Request, name: string): string | undefined {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
