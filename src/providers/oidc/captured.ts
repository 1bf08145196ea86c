import type { OidcProviderConfig } from '../../config/index.ts';
import { Failure } from '../../identity/index.ts';
import type { Claims } from '../groups-claim.ts';
import { normalize, type Normalized } from './normalize.ts';

/**
 * Reads captured claims **without verifying anything**: to explain what they would mean, never to let somebody in.
 *
 * @param text an ID token in compact form, or the JSON of its claims (of userinfo too, as Keycloak and others show them)
 * @throws Failure `login_rejected` when it cannot be read
 */
export function readCapturedOidc(
  text: string,
  config: OidcProviderConfig,
): Normalized & { signed: boolean; claims: Claims } {
  const trimmed = text.trim();
  const signed = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(trimmed);
  const claims = parse(
    signed ? Buffer.from(trimmed.split('.')[1] ?? '', 'base64url').toString('utf8') : trimmed,
  );
  const withDefaults = { iss: config.issuer, iat: 0, ...claims };
  const normalized = normalize(
    { idToken: withDefaults, userinfo: undefined, rawIdToken: '', refreshToken: undefined },
    config,
  );
  return { ...normalized, signed, claims: withDefaults };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Told below, without a piece of what may be a token.
  }
  throw new Failure('login_rejected', { detail: 'oidc.captured.unreadable' });
}
