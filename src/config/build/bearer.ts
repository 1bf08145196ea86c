import type { GatewayFile } from '../schema/gateway-file.ts';
import type { AssertionConfig, TokensConfig } from '../types.ts';

const day = 24 * 60 * 60_000;

/** What scripts sign in with. */
export function buildTokens(file: GatewayFile): TokensConfig {
  return {
    personal: file.tokens?.personal ?? false,
    maxAge: file.tokens?.maxAge ?? 90 * day,
    jwt: (file.tokens?.jwt ?? []).map(({ issuer, jwksUri, audience, algs, subjectClaim, knownAs }) => ({
      issuer,
      jwksUri,
      audience,
      algs: algs ?? ['RS256', 'ES256'],
      subjectClaim: subjectClaim ?? 'sub',
      knownAs: knownAs ?? issuer,
    })),
  };
}

/** The signed assertion; undefined when it is switched off. */
export function buildAssertion(file: GatewayFile, baseUrl: string): AssertionConfig | undefined {
  if (file.assertion === false) return undefined;
  return {
    lifetime: file.assertion?.lifetime ?? 5 * 60_000,
    audience: file.assertion?.audience ?? baseUrl,
  };
}
