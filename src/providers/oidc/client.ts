import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  allowInsecureRequests,
  clockSkew,
  clockTolerance,
  type Configuration,
  customFetch,
  type CustomFetch,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client';
import type { OidcProviderConfig } from '../../config/index.ts';
import type { ProviderContext } from '../context.ts';
import { clientAuthentication } from './client-auth.ts';
import { type Discovery, discoveryUrl, readDiscovery, type Resolve } from './discovery.ts';
import { createHealthRecord, type Health, type HealthRecord } from './health.ts';
import { createVerificationKeys, type KeySet, parseKeySet, type TokenHeader } from './key-set.ts';
import { unavailable } from './rejected.ts';
import { createRemoteDocument } from './remote-document.ts';
import { jwtHeaderIn } from './token-header.ts';
import { createWire, requestTimeout } from './wire.ts';

/** One provider as openid-client talks to it. */
export interface Client {
  /** Ready for one login. Throws Failure `idp_unavailable`, or `login_rejected` when discovery is refused. */
  connect(): Promise<{ readonly configuration: Configuration; readonly discovery: Discovery }>;
  /** What the provider says of itself. Throws as {@link Client.connect} does. */
  discover(): Promise<Discovery>;
  /** The keys to verify a token of this header with. Throws as {@link Client.connect} does. */
  keys(header: TokenHeader): Promise<KeySet>;
  health(): Health;
}

/** Clocks that differ by more than a minute should be put right, not tolerated. */
export const mostTolerance = 60_000;
const discoveryFreshness = { fresh: 3_600_000, usable: 86_400_000, pause: 3_000 };

/**
 * openid-client gets a configuration of its own for every login, and does all of its checks each time; what really goes
 * onto the network is decided here, by the `fetch` it is given. Discovery and keys come from documents kept by us, because
 * openid-client's own key cache would refuse every login for up to a minute after a rotation.
 */
export function createClient(
  config: OidcProviderConfig,
  context: Pick<ProviderContext, 'fetch' | 'now'>,
  resolve: Resolve = resolveHost,
): Client {
  const { now } = context;
  const wire = createWire(context.fetch);
  const health = createHealthRecord(now);
  const wellKnown = discoveryUrl(config.issuer);
  const document = createRemoteDocument<Discovery>(
    () =>
      observed(health, async () =>
        readDiscovery(await download(wire, wellKnown, 'discovery'), config, resolve),
      ),
    discoveryFreshness,
    now,
  );
  const loadKeys = async (): Promise<KeySet> => {
    const { jwksUri } = await document.read();
    const set = parseKeySet(await download(wire, jwksUri, 'jwks'));
    if (set === undefined) throw unavailable('jwks_malformed');
    return set;
  };
  const keys = createVerificationKeys(() => observed(health, loadKeys), now);

  /** One for each login: it remembers the header of the token that came last, to find the key for it. */
  const route = (): CustomFetch => {
    let header: TokenHeader = { kid: undefined };
    return async (url, init) => {
      if (init.method === 'GET') {
        if (url === wellKnown) return json((await document.read()).text);
        const { jwksUri } = await document.read();
        if (url === jwksUri) return json((await keys.for(header)).text);
      }
      const response = await observed(health, () => wire(url, init));
      header = (await jwtHeaderIn(response.clone())) ?? header;
      return response;
    };
  };

  return {
    health: health.read,
    discover: () => document.read(),
    keys: (header) => keys.for(header),
    async connect() {
      const discovered = await document.read();
      const configuration = await discovery(
        new URL(config.issuer),
        config.clientId,
        {
          // A list is understood, although the type knows of one only: any of these, and no other.
          id_token_signed_response_alg: config.idTokenAlgs as unknown as string,
          [clockTolerance]: Math.min(config.clockTolerance, mostTolerance) / 1000,
          [clockSkew]: Math.round((now() - Date.now()) / 1000),
        },
        clientAuthentication(config.clientAuth),
        {
          [customFetch]: route(),
          timeout: requestTimeout / 1000,
          execute: [enableNonRepudiationChecks, ...(config.allowInsecure ? [allowInsecureRequests] : [])],
        },
      );
      return { configuration, discovery: discovered };
    },
  };
}

async function download(fetch: CustomFetch, url: string, what: string): Promise<string> {
  const headers = { accept: 'application/json' };
  const response = await fetch(url, { method: 'GET', headers, body: undefined, redirect: 'manual' });
  if (response.status !== 200) throw unavailable(`${what}_status`, new Error(`status ${response.status}`));
  return response.text();
}

function json(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json' } });
}

/** What a request came to, written down. */
async function observed<T>(health: HealthRecord, attempt: () => Promise<T>): Promise<T> {
  try {
    const result = await attempt();
    health.is('up');
    return result;
  } catch (error) {
    health.is('down');
    throw error;
  }
}

/** All addresses of a host; none when there are none, and then there is nothing to connect to either. */
async function resolveHost(host: string): Promise<readonly string[]> {
  const late = sleep(requestTimeout, undefined, { ref: false }).then(() => {
    throw unavailable('timeout', new Error('the name server does not answer'));
  });
  const found = await Promise.race([lookup(host, { all: true }).catch(() => []), late]);
  return found.map(({ address }) => address);
}
