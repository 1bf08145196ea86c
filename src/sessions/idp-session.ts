import type { IdpSession } from '../identity/index.ts';
import { decryptSecret, encryptSecret } from './secret-box.ts';

const purpose = 'idp tokens';

/** The form in which a login's IdP session is stored: its tokens encrypted, the rest as it is. */
export function sealIdpSession(idp: IdpSession, secrets: readonly string[]): IdpSession {
  return mapTokens(idp, (token) => encryptSecret(token, secrets, purpose));
}

/** The IdP session as the provider gave it. A token that no secret decrypts is left out. */
export function openIdpSession(stored: IdpSession, secrets: readonly string[]): IdpSession {
  return mapTokens(stored, (token) => decryptSecret(token, secrets, purpose));
}

function mapTokens(idp: IdpSession, map: (token: string) => string | undefined): IdpSession {
  const { idToken, refreshToken, ...rest } = idp;
  const id = idToken === undefined ? undefined : map(idToken);
  const refresh = refreshToken === undefined ? undefined : map(refreshToken);
  return {
    ...rest,
    ...(id === undefined ? {} : { idToken: id }),
    ...(refresh === undefined ? {} : { refreshToken: refresh }),
  };
}
