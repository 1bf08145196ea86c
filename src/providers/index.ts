/**
 * providers: who the identity provider says it is.
 *
 * Owns OpenID Connect and SAML: starting a login, the logins under way, verifying the answer, and bringing what it says
 * into one form. It may not know users, sessions, groups of ours or policy: it vouches for an identity, and decides nothing.
 *
 *   start  ──▶ LoginFlows.begin ──▶ redirect to the identity provider
 *   answer ──▶ LoginFlows.finish ──▶ verify ──▶ normalize ──▶ ProviderAnswer: asserted(IdentityAssertion) │ refused
 *                                                             (what cannot be verified throws Failure)
 */
export { lookUpCaptured, readCaptured, type Captured } from './captured.ts';
export { checkConfig, type Finding, type KnownPeople } from './check/index.ts';
export type { ProviderContext } from './context.ts';
export { createLoginFlows, type LoginFlowsOptions } from './flows.ts';
export {
  createTransmitter,
  type Transmitter,
  type TransmitterOptions,
  type TransmitterRequest,
} from './transmitter.ts';
export { signOutPage } from './sign-out-page.ts';
export { createProviders, type ProviderDeps } from './registry.ts';
export * from './setup/index.ts';
export * from './types.ts';
