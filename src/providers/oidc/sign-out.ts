import { randomBytes } from 'node:crypto';
import type { IdpSession } from '../../identity/index.ts';
import type { SignOut } from '../types.ts';

/** Longer, and proxies in front of the provider may refuse the address: an ID token with a thousand groups is. */
const longestUrl = 8_000;

/**
 * Where the browser goes to leave the provider as well (OpenID Connect RP-Initiated Logout 1.0, section 2). The ID token
 * tells the provider which session is meant, so that it need not ask; where it is too long, the client id has to do.
 */
export function signOutAt(
  endpoint: string,
  idp: IdpSession,
  ask: { readonly clientId: string; readonly postLogoutRedirectUri: string },
): SignOut {
  const url = (hint: string | undefined): string => {
    const target = new URL(endpoint);
    if (hint !== undefined) target.searchParams.set('id_token_hint', hint);
    target.searchParams.set('client_id', ask.clientId);
    target.searchParams.set('post_logout_redirect_uri', ask.postLogoutRedirectUri);
    target.searchParams.set('state', randomBytes(16).toString('base64url'));
    return target.href;
  };
  const full = url(idp.idToken);
  return { kind: 'redirect', url: full.length > longestUrl ? url(undefined) : full };
}
