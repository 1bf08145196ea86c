import { lookup } from 'node:dns/promises';
import type { CustomFetch } from 'openid-client';
import { checkEndpoints } from './oidc/discovery.ts';
import { createVerificationKeys, parseKeySet } from './oidc/key-set.ts';
import { unavailable } from './oidc/rejected.ts';
import { createRemoteDocument } from './oidc/remote-document.ts';
import { verifySignature } from './oidc/verify-signature.ts';
import { createWire } from './oidc/wire.ts';
import type { SignedToken } from './types.ts';

/** A party that signs messages for us and is reached like an identity provider: bounded, no redirects, https. */
export interface Transmitter {
  /** One request with a bounded answer. Throws Failure `idp_unavailable` when there is none, or it is 429 or 5xx. */
  request(url: string, init: TransmitterRequest): Promise<Response>;
  /** What it says of itself (its discovery document), kept for an hour. Throws `idp_unavailable` or `login_rejected`. */
  describe(): Promise<Readonly<Record<string, unknown>>>;
  /** Verifies a signature by its keys. Throws as {@link describe} does. */
  verify(jwt: string): Promise<SignedToken>;
}

export interface TransmitterRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TransmitterOptions {
  readonly issuer: string;
  /** Where its discovery document may be, tried in order. */
  readonly discovery: readonly string[];
  /** Where its keys are, when not where the discovery document says. */
  readonly jwksUrl: string | undefined;
  readonly algs: readonly string[];
  readonly allowInsecure: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch: typeof globalThis.fetch;
}

const freshness = { fresh: 3_600_000, usable: 86_400_000, pause: 3_000 };

/** Asks nothing of the network yet. */
export function createTransmitter(options: TransmitterOptions): Transmitter {
  const { issuer, jwksUrl, now } = options;
  const wire = createWire(options.fetch);
  const rules = { issuer, tenants: [], allowInsecure: options.allowInsecure };

  const get = async (url: string): Promise<Response> =>
    wire(url, {
      method: 'GET',
      headers: { accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
    } as Parameters<CustomFetch>[1]);

  const document = createRemoteDocument(
    async () => {
      for (const url of options.discovery) {
        const response = await get(url);
        if (response.status !== 200) continue;
        const described = parse(await response.text());
        if (described?.['issuer'] !== issuer) throw unavailable('transmitter_issuer');
        const endpoints = Object.entries(described).filter(
          ([name, value]) => /_(endpoint|uri)$/.test(name) && value !== undefined,
        );
        await checkEndpoints(Object.fromEntries(endpoints), rules, resolveHost);
        return described;
      }
      throw unavailable('transmitter_discovery');
    },
    freshness,
    now,
  );
  const keys = createVerificationKeys(async () => {
    const url = jwksUrl ?? String((await document.read())['jwks_uri']);
    const response = URL.canParse(url) ? await get(url) : undefined;
    const set = response?.status === 200 ? parseKeySet(await response.text()) : undefined;
    if (set === undefined) throw unavailable('transmitter_jwks');
    return set;
  }, now);

  return {
    request: (url, { method, headers = {}, body }) =>
      wire(url, { method, headers, body, redirect: 'manual' } as Parameters<CustomFetch>[1]),
    describe: () => document.read(),
    verify: (jwt) => verifySignature(jwt, options.algs, (header) => keys.for(header)),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function resolveHost(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
