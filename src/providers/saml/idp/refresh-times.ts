import type { IdpMetadata } from './metadata.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How old a fetched document may grow where it says nothing of it. */
const usual = hour;
/** Sooner than its publisher says is always allowed; later, and a rollover of keys is noticed late. */
const [soonest, latest] = [5 * minute, 4 * hour];
/** After a failure the address is left alone for this long, then for twice as long each time. */
export const firstPause = 10_000;
const longestPause = 15 * minute;

/**
 * How long a document is fresh: as long as its `cacheDuration`, within limits, and never beyond half of the time that is left
 * until it ends, so that an outage has the other half. Milliseconds.
 */
export function freshFor(
  metadata: Pick<IdpMetadata, 'validUntil' | 'cacheDuration'>,
  fetchedAt: number,
): number {
  const wanted = Math.min(Math.max(metadata.cacheDuration ?? usual, soonest), latest);
  if (metadata.validUntil === undefined) return wanted;
  return Math.max(Math.min(wanted, (metadata.validUntil - fetchedAt) / 2), minute);
}

/** How long the address is left alone after so many failures in a row. Milliseconds. */
export function pauseAfter(failures: number): number {
  return Math.min(firstPause * 2 ** (failures - 1), longestPause);
}

/**
 * Somewhat less, so that the processes of one gateway, and gateways that were started together, do not all ask at once.
 * @param chance from 0 to 1
 */
export function withJitter(delay: number, chance: number): number {
  return Math.round(delay * (0.8 + 0.2 * chance));
}
