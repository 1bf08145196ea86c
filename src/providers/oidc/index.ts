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
import type { Provider } from '../types.ts';
import { createClient } from './client.ts';
import { createLogin } from './login.ts';
import { OidcStrategy } from './strategy.ts';

/** Builds a provider; asks the network nothing yet. */
export function createOidcProvider(config: OidcProviderConfig, context: ProviderContext): Provider {
  const client = createClient(config, context);
  return {
    id: config.id,
    label: config.label,
    preset: config.preset,
    protocol: 'oidc',
    strategy: new OidcStrategy(config.id, createLogin(config, context, client)),
    health: client.health,
    async close() {
      // Nothing runs in the background.
    },
  };
}
