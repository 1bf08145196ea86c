import { rejected } from '../rejected.ts';

const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]00:00)$/;

/**
 * An `xs:dateTime` in UTC (saml-core 1.3.3) as milliseconds since the epoch; `undefined` stays undefined. A moment that no
 * calendar has is refused: `Date.parse` makes the first of May of a 31st of April.
 */
export function instant(text: string, what: string): number;
export function instant(text: string | undefined, what: string): number | undefined;
export function instant(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  const value = pattern.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value) || new Date(value).toISOString().slice(0, 19) !== text.slice(0, 19))
    throw rejected(`time.malformed.${what}`);
  return value;
}
