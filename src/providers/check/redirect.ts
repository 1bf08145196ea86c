import { createHash, randomBytes } from 'node:crypto';
import type { OidcProviderConfig } from '../../config/index.ts';
import { findingsOf, type Finding } from './finding.ts';

/**
 * Whether the provider knows our redirect URI: an authorization request that must not ask anybody (`prompt=none`, OpenID Connect
 * Core 1.0, section 3.1.2.1) comes back to it with an error when it does, and ends on a page of the provider's when it does
 * not (RFC 6749, section 4.1.2.1). Leaves nothing behind: nobody is signed in. Rejects as `get` does.
 */
export async function checkRedirect(
  config: Pick<OidcProviderConfig, 'id' | 'clientId'>,
  redirectUri: string,
  endpoint: unknown,
  get: (url: string) => Promise<Response>,
): Promise<Finding[]> {
  const { ok, warn } = findingsOf(config.id);
  if (typeof endpoint !== 'string') return [];
  const url = new URL(endpoint);
  const random = () => randomBytes(32).toString('base64url');
  const asked = {
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    prompt: 'none',
    state: random(),
    nonce: random(),
    code_challenge: createHash('sha256').update(random()).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  const response = await get(url.href);
  const back = response.headers.get('location') ?? '';
  if (response.status >= 300 && response.status < 400 && back.startsWith(`${redirectUri}?`))
    return [ok('oidc.registered', 'the provider knows the client id and the redirect URI.')];
  if (response.status >= 400) {
    const message = `the provider answers ${response.status} to a sign-in with our client id and redirect URI: is ${redirectUri} registered there, byte for byte?`;
    return [warn('oidc.registered', message)];
  }
  return [];
}
