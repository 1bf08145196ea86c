import type { OidcProviderConfig } from '../../config/index.ts';
import { isPrivateAddress, isPrivateHost } from './private-host.ts';
import { rejected, unavailable } from './rejected.ts';

/** The discovery document (OpenID Connect Discovery 1.0, section 3), checked; the text goes to openid-client. */
export interface Discovery {
  readonly text: string;
  readonly jwksUri: string;
  readonly userinfo: boolean;
  /** `end_session_endpoint` (OpenID Connect RP-Initiated Logout 1.0, section 2.1). */
  readonly endSession: string | undefined;
  /** `prompt_values_supported`, where the provider says so. */
  readonly prompts: readonly string[] | undefined;
  readonly par: 'required' | 'offered' | 'none';
}

type Rules = Pick<OidcProviderConfig, 'issuer' | 'tenants' | 'allowInsecure'>;

/** Resolves a host name to its addresses. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What Entra's multi-tenant endpoints name in place of an issuer. */
export const issuerTemplate = 'https://login.microsoftonline.com/{tenantid}/v2.0';

const endpoints = {
  required: ['authorization_endpoint', 'token_endpoint', 'jwks_uri'],
  optional: ['userinfo_endpoint', 'pushed_authorization_request_endpoint', 'end_session_endpoint'],
} as const;

/** Every issuer that a provider's tokens can name: its own, or with a list of tenants one for each of them. */
export function issuersOf({ issuer, tenants }: Pick<Rules, 'issuer' | 'tenants'>): readonly string[] {
  return [
    issuer,
    ...tenants.map((tenant) => issuerTemplate.replace('{tenantid}', () => tenant.toLowerCase())),
  ];
}

/** Where the discovery document of an issuer is (section 4). */
export function discoveryUrl(issuer: string): string {
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`).href;
}

/**
 * Reads a discovery document and refuses one that names another issuer (compared byte for byte, section 4.3; only with a
 * list of tenants may it be Entra's template) or endpoints that are not https, or that lie inside a private network where
 * the issuer does not: such a document would make us send codes and secrets to a neighbour of ours.
 *
 * @throws Failure `idp_unavailable` for what is no such document, `login_rejected` for one that is refused
 */
export async function readDiscovery(text: string, rules: Rules, resolve: Resolve): Promise<Discovery> {
  const metadata = parseObject(text);
  if (metadata === undefined) throw unavailable('discovery_malformed');
  const { issuer } = metadata;
  const templated = issuer === issuerTemplate;
  if (templated ? rules.tenants.length === 0 : issuer !== rules.issuer) {
    const found = typeof issuer === 'string' ? issuer.slice(0, 200) : typeof issuer;
    throw rejected(
      'discovery_issuer',
      new Error(`configured ${rules.issuer}, found ${JSON.stringify(found)}`),
    );
  }
  const present = endpoints.optional.filter((name) => metadata[name] !== undefined);
  const urls = [...endpoints.required, ...present].map((name) => checkEndpoint(name, metadata[name], rules));
  await checkHosts(
    urls.map((url) => url.hostname),
    rules,
    resolve,
  );
  const prompts = metadata['prompt_values_supported'];
  const hasPar = metadata['pushed_authorization_request_endpoint'] !== undefined;
  return {
    text,
    jwksUri: new URL(String(metadata['jwks_uri'])).href,
    userinfo: metadata['userinfo_endpoint'] !== undefined,
    endSession:
      metadata['end_session_endpoint'] === undefined
        ? undefined
        : new URL(String(metadata['end_session_endpoint'])).href,
    prompts: Array.isArray(prompts) ? prompts.filter((prompt) => typeof prompt === 'string') : undefined,
    par:
      metadata['require_pushed_authorization_requests'] === true ? 'required' : hasPar ? 'offered' : 'none',
  };
}

/** The same rules for the endpoints of another document about the issuer, by their names. Throws as {@link readDiscovery} does. */
export async function checkEndpoints(
  named: Readonly<Record<string, unknown>>,
  rules: Rules,
  resolve: Resolve,
): Promise<void> {
  const urls = Object.entries(named).map(([name, value]) => checkEndpoint(name, value, rules));
  await checkHosts(
    urls.map((url) => url.hostname),
    rules,
    resolve,
  );
}

/** One endpoint by its text alone. */
function checkEndpoint(name: string, value: unknown, rules: Rules): URL {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  const refuse = (what: string) => rejected(`discovery_${what}`, new Error(name));
  if (url === null) throw refuse('endpoint');
  if (url.protocol !== 'https:' && !(rules.allowInsecure && url.protocol === 'http:')) {
    throw refuse('insecure');
  }
  if (url.username !== '' || url.password !== '') throw refuse('endpoint');
  return url;
}

/**
 * The hosts of the endpoints, by name and by address. An issuer that is itself private, or resolves to a private address,
 * is one of the company's own, and so may its endpoints be.
 */
async function checkHosts(hosts: readonly string[], rules: Rules, resolve: Resolve): Promise<void> {
  const issuer = new URL(rules.issuer).hostname;
  const others = [...new Set(hosts)].filter((host) => host !== issuer);
  if (others.length === 0 || isPrivateHost(issuer)) return;
  const refuse = (host: string) => rejected('discovery_private', new Error(host));
  const named = others.find(isPrivateHost);
  if (named !== undefined) throw refuse(named);
  if ((await resolve(issuer)).some(isPrivateAddress)) return;
  const resolved = await Promise.all(others.map(async (host) => ({ host, addresses: await resolve(host) })));
  const inside = resolved.find(({ addresses }) => addresses.some(isPrivateAddress));
  if (inside !== undefined) throw refuse(inside.host);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
