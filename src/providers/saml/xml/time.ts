import { rejected } from '../rejected.ts';

const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]00:00)$/;

/** An `xs:dateTime` in UTC (saml-core 1.3.3) as milliseconds since the epoch; `undefined` stays undefined. */
export function instant(text: string, what: string): number;
export function instant(text: string | undefined, what: string): number | undefined;
export function instant(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  const value = pattern.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(value)) throw rejected(`time.malformed.${what}`);
  return value;
}
