import { endsWithin, type Ending } from '../../config/index.ts';
import type { ScimToken } from '../../directory/index.ts';
import type { AdminScim } from '../types.ts';

/** Something that ends by itself one day, and must be replaced before. */
export interface Credential {
  /** Undefined: of the gateway as a whole. */
  readonly provider: string | undefined;
  readonly what: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  readonly state: 'ended' | 'soon' | 'fine';
}

/** Certificates and secrets whose end is known, in the order given. */
export function endingCredentials(endings: readonly Ending[], now: number): readonly Credential[] {
  return endings.map(({ provider, what, endsAt }) => {
    const within = endsWithin({ endsAt }, now);
    return { provider, what, endsAt, state: within === undefined ? 'fine' : within === 0 ? 'ended' : 'soon' };
  });
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
