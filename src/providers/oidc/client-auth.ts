import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ClientSecretBasic, ClientSecretPost, None, PrivateKeyJwt, type ClientAuth } from 'openid-client';
import type { OidcProviderConfig } from '../../config/index.ts';
import { Failure } from '../../identity/index.ts';

/** A CryptoKey by the name that openid-client's types have for it; Node's own type knows newer usages as well. */
type SigningKey = Exclude<Parameters<typeof PrivateKeyJwt>[0], { key: unknown }>;

/**
 * How we prove at the token endpoint who we are: `client_secret_basic`, `client_secret_post`, `private_key_jwt` (RFC 7523)
 * or not at all, for a public client, whom PKCE alone protects.
 *
 * @throws Failure `internal`, `oidc.private_key`, when the configured key is none that can sign
 */
export function clientAuthentication(auth: OidcProviderConfig['clientAuth']): ClientAuth {
  switch (auth.method) {
    case 'client_secret_basic':
      return ClientSecretBasic(auth.secret);
    case 'client_secret_post':
      return ClientSecretPost(auth.secret);
    case 'none':
      return None();
    case 'private_key_jwt': {
      const { privateKeyPem, keyId } = auth;
      return (server, ...rest) => {
        const accepted = server.token_endpoint_auth_signing_alg_values_supported;
        const key = signingKey(privateKeyPem, accepted);
        return PrivateKeyJwt(keyId === undefined ? key : { key, kid: keyId })(server, ...rest);
      };
    }
  }
}

/** The key for the signature algorithm that goes with it; of the two for RSA, the one that the server accepts. */
function signingKey(pem: string, accepted: readonly string[] | undefined): SigningKey {
  try {
    const key = createPrivateKey(pem);
    return key.toCryptoKey(algorithmOf(key, accepted), false, ['sign']) as unknown as SigningKey;
  } catch (cause) {
    throw new Failure('internal', { detail: 'oidc.private_key', cause });
  }
}

function algorithmOf(key: KeyObject, accepted: readonly string[] | undefined) {
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const pss = accepted !== undefined && !accepted.includes('RS256') && accepted.includes('PS256');
      return { name: pss ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    }
    case 'ec': {
      const curves: Readonly<Record<string, string>> = {
        prime256v1: 'P-256',
        secp384r1: 'P-384',
        secp521r1: 'P-521',
      };
      const namedCurve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
      if (namedCurve === undefined) throw new Error('this curve cannot sign a JWT');
      return { name: 'ECDSA', namedCurve };
    }
    case 'ed25519':
      return { name: 'Ed25519' };
    default:
      throw new Error(`a key of type ${key.asymmetricKeyType ?? 'unknown'} cannot sign a JWT`);
  }
}
