/**
 * providers/oidc: OpenID Connect by authorization code.
 *
 *   start   client.connect (discovery) ─▶ flow: state, nonce, PKCE ─▶ PAR where offered ─▶ redirect
 *   answer  callback ─▶ flow ─▶ openid-client: iss, code, ID token and its signature ─▶ id-token: what it leaves out
 *           ─▶ userinfo where claims are missing ─▶ normalize ─▶ IdentityAssertion
 *
 * `wire` is the only way onto the network, `client` decides what needs to go there, `library-error` and `idp-refusal` give
 * every outcome its name.
 */
import type { OidcProviderConfig } from '../../config/index.ts';
import type { ProviderContext } from '../context.ts';
import { createGroupsCompletion } from '../groups/index.ts';
import type { Provider } from '../types.ts';
import { createClient } from './client.ts';
import { mostTolerance } from './client.ts';
import { createLogin } from './login.ts';
import { refreshSignIn } from './refresh.ts';
import { signOutAt } from './sign-out.ts';
import { isIssuer, verifySignedToken } from './signed-token.ts';
import { OidcStrategy } from './strategy.ts';
import { subjectIn } from './subject.ts';

export { issuersOf } from './discovery.ts';

/** Builds a provider; asks the network nothing yet. */
export function createOidcProvider(config: OidcProviderConfig, context: ProviderContext): Provider {
  const client = createClient(config, context);
  const completeGroups = createGroupsCompletion(config, context);
  return {
    id: config.id,
    label: config.label,
    preset: config.preset,
    protocol: 'oidc',
    strategy: new OidcStrategy(config.id, createLogin(config, context, client)),
    health: client.health,
    async signOut(idp) {
      const { endSession } = await client.discover();
      if (endSession === undefined) return undefined;
      const postLogoutRedirectUri = `${context.baseUrl}${context.prefix}/signed-out`;
      return signOutAt(endSession, idp, { clientId: config.clientId, postLogoutRedirectUri });
    },
    async signOutOrigins() {
      const endSession = await client.discover().then(
        (discovery) => discovery.endSession,
        () => undefined,
      );
      return endSession === undefined ? [] : [new URL(endSession).origin];
    },
    tokens: {
      verify: (jwt) => verifySignedToken(jwt, config, client),
      isIssuer: (iss) => isIssuer(iss, config),
      subjectOf: (claims) => subjectIn(claims, config.claims.subject),
      tolerance: Math.min(config.clockTolerance, mostTolerance),
      refresh: (known) =>
        refreshSignIn(known, { config, client, completeGroups, now: context.now, log: context.log }),
    },
    async close() {
      // Nothing runs in the background.
    },
  };
}
