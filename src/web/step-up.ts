import type { StepUpDemand } from '../providers/index.ts';

/** Longest time that a rule may name, seconds: 30 days. */
const longest = 30 * 24 * 60 * 60;
const mostContexts = 20;

/**
 * What `max_age` (seconds) and `acr_values` of a login's address ask for. The gate writes them; whoever changes them gets
 * another login for themselves, and the rule of the page they want all the same. What makes no sense is left out.
 */
export function stepUpOf(query: Readonly<Record<string, unknown>>): { stepUp?: StepUpDemand } {
  const { max_age: age, acr_values: contexts } = query;
  const seconds = typeof age === 'string' && /^\d{1,8}$/.test(age) ? Number(age) : undefined;
  const maxAge = seconds === undefined || seconds > longest ? undefined : seconds * 1000;
  const acr =
    typeof contexts === 'string' && contexts.length <= 2000 && !/\p{Cc}/u.test(contexts)
      ? contexts.split(' ').filter((each) => each !== '')
      : [];
  if (maxAge === undefined && acr.length === 0) return {};
  return { stepUp: { maxAge, acr: acr.slice(0, mostContexts) } };
}
