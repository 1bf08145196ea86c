import { X509Certificate } from 'node:crypto';
import type { Config } from '../../config/index.ts';
import type { ScimToken } from '../../directory/index.ts';
import type { AdminScim } from '../types.ts';

/** Something in the configuration that ends by itself one day, and must be replaced before. */
export interface Credential {
  readonly provider: string;
  readonly what: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  readonly state: 'ended' | 'soon' | 'fine';
}

/** Soon enough to look after it. */
const soon = 45 * 24 * 3_600_000;

/** Certificates whose end we know, soonest first. Secrets of OIDC clients tell nobody when they end. */
export function endingCredentials(config: Pick<Config, 'providers'>, now: number): readonly Credential[] {
  const found = config.providers.flatMap((provider) => {
    if (provider.protocol === 'oidc') return [];
    const { signing, decryption, idp } = provider;
    const own = [
      ['our signing certificate', signing?.certificatePem],
      ['our decryption certificate', decryption?.certificatePem],
    ] as const;
    const theirs = idp.from === 'inline' ? idp.certificates : [];
    return [
      ...own,
      ...theirs.map((pem, index) => [`the identity provider's certificate ${index + 1}`, pem] as const),
    ].flatMap(([what, pem]) => {
      const endsAt = pem === undefined ? undefined : endOf(pem);
      return endsAt === undefined ? [] : [{ provider: provider.id, what, endsAt }];
    });
  });
  return found
    .map((each) => ({
      ...each,
      state:
        each.endsAt <= now
          ? ('ended' as const)
          : each.endsAt - now < soon
            ? ('soon' as const)
            : ('fine' as const),
    }))
    .sort((one, other) => one.endsAt - other.endsAt);
}

/** Tokens of provisioning clients that end soon. Those that ended are shown with the others: nobody uses them any more. */
export function endingTokens(
  scim: Pick<AdminScim, 'endsWithin'>,
  tokens: readonly ScimToken[],
): readonly Credential[] {
  return tokens.flatMap((token): readonly Credential[] => {
    const { provider, name, expiresAt } = token;
    if (expiresAt === undefined || scim.endsWithin(token) === undefined) return [];
    return [{ provider, what: `the SCIM token "${name}"`, endsAt: expiresAt, state: 'soon' }];
  });
}

function endOf(pem: string): number | undefined {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    return undefined;
  }
}
