import { mappingRules, type Config, type MappingRules } from '../config/index.ts';
import type { LastClaimsStore } from '../directory/index.ts';
import { changedProviders, overTheLimit, preview, type Preview, type ProviderTally } from '../jit/index.ts';

/** What a new configuration would do to the people who have signed in so far. */
export interface Review {
  readonly preview: Preview;
  /** Providers of whose people more would be taken away than the configuration in force allows without a word. */
  readonly over: readonly ProviderTally[];
}

/**
 * Compares the rules of a new configuration with those before. The limit is that of the configuration in force: the file
 * that takes much away cannot allow itself to.
 */
export async function reviewRules(
  directory: Pick<LastClaimsStore, 'listKnownLogins'>,
  before: readonly MappingRules[],
  after: Pick<Config, 'providers'>,
  limit: Config['reload'],
): Promise<Review> {
  const rules = mappingRules(after);
  if (changedProviders(before, rules).length === 0)
    return { preview: { people: 0, providers: [] }, over: [] };
  const result = await preview(directory, before, rules);
  return { preview: result, over: overTheLimit(result, limit.maxLossPercent / 100) };
}

/** `okta: 12 of 40 memberships, 3 people refused`: what a held configuration would take away, for log and audit trail. */
export function lossText({ provider, lost, memberships, refused, untold, share }: ProviderTally): string {
  const parts = [
    `${Math.round(share * 100)} %`,
    `${lost} of ${memberships} memberships`,
    ...(refused > 0 ? [`${refused} people refused`] : []),
    ...(untold > 0 ? [`${untold} people of whom it cannot be told`] : []),
  ];
  return `${provider}: ${parts.join(', ')}`;
}
