import type { SignalsConfig } from '../../config/index.ts';
import type { TransmitterOptions } from '../../providers/index.ts';

/** Signature algorithms of events: asymmetric only (RFC 8725, section 3.2). */
export const eventAlgs: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** The sender of a provider's events, and where it describes itself (Shared Signals Framework 1.0, section 7.1). */
export function transmitterOf(
  signals: Pick<SignalsConfig, 'issuer' | 'jwksUrl'>,
  allowInsecure: boolean,
  world: Pick<TransmitterOptions, 'now' | 'fetch'>,
): TransmitterOptions {
  const { origin, pathname } = new URL(signals.issuer);
  const path = pathname.replace(/\/$/, '');
  const wellKnown = '/.well-known/ssf-configuration';
  return {
    issuer: signals.issuer,
    // Between host and path, as the framework has it; some senders have it behind the path, as OpenID Connect does.
    discovery: [...new Set([`${origin}${wellKnown}${path}`, `${origin}${path}${wellKnown}`])],
    jwksUrl: signals.jwksUrl,
    algs: eventAlgs,
    allowInsecure,
    now: world.now,
    fetch: world.fetch,
  };
}
