import { lookup } from 'node:dns/promises';
import type { OidcProviderConfig } from '../../config/index.ts';
import { toFailure } from '../../identity/index.ts';
import { discoveryUrl, readDiscovery } from '../oidc/discovery.ts';
import { parseKeySet } from '../oidc/key-set.ts';
import { createWire } from '../oidc/wire.ts';
import { checkClock } from './clock.ts';
import { findingsOf, type Finding } from './finding.ts';
import { checkRedirect } from './redirect.ts';

/** What the checks reach the world by. */
export interface CheckContext {
  readonly baseUrl: string;
  readonly prefix: string;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
}

/** Asks an OpenID provider for its documents, and looks at what would keep people out. Never throws. */
export async function checkOidc(config: OidcProviderConfig, context: CheckContext): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf(config.id);
  const wire = createWire(context.fetch);
  const get = (url: string) =>
    wire(url, {
      method: 'GET',
      headers: { accept: 'application/json' },
      body: undefined,
      redirect: 'manual',
    });
  const redirectUri = `${context.baseUrl}${context.prefix}/callback/${config.id}`;
  const findings: Finding[] = [
    ok('oidc.redirect', `register this redirect URI at the provider: ${redirectUri}`),
  ];
  try {
    const asked = context.now();
    const response = await get(discoveryUrl(config.issuer));
    findings.push(
      ...checkClock(config.id, response.headers.get('date'), asked, context.now(), config.clockTolerance),
    );
    if (response.status !== 200) {
      return [
        ...findings,
        fail(
          'oidc.discovery',
          `${discoveryUrl(config.issuer)} answers ${response.status}: is the issuer right?`,
        ),
      ];
    }
    const text = await response.text();
    const discovery = await readDiscovery(text, config, async (host) =>
      (await lookup(host, { all: true })).map(({ address }) => address),
    );
    findings.push(ok('oidc.discovery', `the discovery document names the issuer ${config.issuer}`));
    findings.push(...checkAbilities(text, config));
    const keys = parseKeySet(await (await get(discovery.jwksUri)).text());
    const usable = keys === undefined ? 0 : signingKeys(keys.text);
    findings.push(
      usable > 0
        ? ok('oidc.keys', `${usable} signing key${usable === 1 ? '' : 's'} at ${discovery.jwksUri}`)
        : fail('oidc.keys', `there is no signing key at ${discovery.jwksUri}: no login can be verified.`),
    );
    // Who wants requests pushed first answers nothing to one that was not.
    if (discovery.par !== 'required') {
      const { authorization_endpoint: endpoint } = JSON.parse(text) as Record<string, unknown>;
      findings.push(...(await checkRedirect(config, redirectUri, endpoint, get)));
    }
  } catch (error) {
    const { detail = 'unknown', cause } = toFailure(error);
    const why = Error.isError(cause) ? `: ${cause.message}` : '';
    const isAway = /network|timeout|http_status/.test(detail);
    findings.push(
      isAway
        ? warn(
            'oidc.reach',
            `the provider does not answer, and nobody can sign in there while this is so (${detail}${why})`,
          )
        : fail('oidc.discovery', `the provider's documents cannot be used (${detail}${why})`),
    );
  }
  return findings;
}

/** What the provider says it can do, against what the file asks for (OpenID Connect Discovery 1.0, section 3). */
function checkAbilities(text: string, config: OidcProviderConfig): Finding[] {
  const { warn, fail } = findingsOf(config.id);
  const metadata = JSON.parse(text) as Record<string, unknown>;
  const list = (name: string): readonly unknown[] | undefined => {
    const value = metadata[name];
    return Array.isArray(value) ? value : undefined;
  };
  const findings: Finding[] = [];
  const algorithms = list('id_token_signing_alg_values_supported');
  if (algorithms && !config.idTokenAlgs.some((alg) => algorithms.includes(alg))) {
    findings.push(
      fail(
        'oidc.algorithms',
        `the file accepts ${config.idTokenAlgs.join(', ')}, the provider signs with ${algorithms.join(', ')}.`,
      ),
    );
  }
  const methods = list('token_endpoint_auth_methods_supported') ?? ['client_secret_basic'];
  if (!methods.includes(config.clientAuth.method)) {
    findings.push(
      warn(
        'oidc.client',
        `the provider does not list ${config.clientAuth.method}; it lists ${methods.join(', ')}.`,
      ),
    );
  }
  const scopes = list('scopes_supported');
  const unknown = scopes === undefined ? [] : config.scopes.filter((scope) => !scopes.includes(scope));
  if (unknown.length > 0)
    findings.push(warn('oidc.scopes', `the provider does not list the scope ${unknown.join(', ')}.`));
  const pkce = list('code_challenge_methods_supported');
  if (pkce && !pkce.includes('S256'))
    findings.push(warn('oidc.pkce', 'the provider does not list PKCE with S256.'));
  return findings;
}

function signingKeys(text: string): number {
  const { keys } = JSON.parse(text) as { keys: readonly { use?: unknown; kty?: unknown }[] };
  return keys.filter((key) => key.kty !== 'oct' && (key.use === undefined || key.use === 'sig')).length;
}
