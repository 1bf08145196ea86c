import { SAML } from '@node-saml/node-saml';
import type { SamlProviderConfig } from '../../config/index.ts';
import { Failure } from '../../identity/index.ts';
import type { IdpMetadata } from './idp/index.ts';
import type { KeyPair } from './provider-keys.ts';

/**
 * A node-saml instance that makes the one AuthnRequest of this ID (saml-core 3.4.1), by the redirect binding, signed with the
 * key of the file or our own. No RequestedAuthnContext: to insist on passwords locks out those who sign in with something better.
 *
 * @throws Failure `idp_unavailable` when the identity provider offers no redirect binding
 */
export function authnRequest(
  config: SamlProviderConfig,
  idp: IdpMetadata,
  ask: {
    readonly requestId: string;
    readonly acsUrl: string;
    readonly forceAuthn: boolean;
    readonly signing: KeyPair | undefined;
    /** RequestedAuthnContext; none is asked for when empty. */
    readonly contexts: readonly string[];
  },
): SAML {
  if (idp.ssoRedirectUrl === undefined) {
    throw new Failure('idp_unavailable', { detail: 'saml.metadata.no_redirect_binding' });
  }
  return new SAML({
    callbackUrl: ask.acsUrl,
    entryPoint: idp.ssoRedirectUrl,
    issuer: config.entityId,
    idpCert: [...idp.certificates],
    identifierFormat: config.nameIdFormat ?? null,
    forceAuthn: ask.forceAuthn,
    ...(ask.contexts.length === 0
      ? { disableRequestedAuthnContext: true }
      : { authnContext: [...ask.contexts], racComparison: 'exact' as const }),
    generateUniqueId: () => ask.requestId,
    ...(ask.signing !== undefined && {
      privateKey: ask.signing.privateKeyPem,
      signatureAlgorithm: 'sha256' as const,
    }),
  });
}
