import { findingsOf, type Finding } from './finding.ts';

/**
 * How far our clock is from the provider's, by the `Date` of its answer (RFC 9110, section 6.6.1; whole seconds).
 *
 * @param asked when the request was sent, milliseconds since the epoch
 * @param answered when the answer came
 * @param tolerance what the provider's file tolerates, milliseconds
 */
export function checkClock(
  provider: string,
  header: string | null,
  asked: number,
  answered: number,
  tolerance: number,
): Finding[] {
  const { ok, warn, fail } = findingsOf(provider);
  const theirs = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(theirs)) return [];
  const offset = theirs + 500 - (asked + answered) / 2;
  const seconds = Math.round(Math.abs(offset) / 1000);
  const message = `our clock is ${seconds} s ${offset > 0 ? 'behind' : 'ahead of'} the provider's`;
  if (Math.abs(offset) > tolerance) {
    return [
      fail(
        'clock',
        `${message}, more than the ${tolerance / 1000} s tolerated: logins will be refused. Set this machine's clock (NTP).`,
      ),
    ];
  }
  return [Math.abs(offset) * 2 > tolerance ? warn('clock', `${message}.`) : ok('clock', `${message}.`)];
}
