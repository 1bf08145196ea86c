/** Crockford's base 32: no I, L, O or U, so that it can be read out over the telephone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random bytes, as many as asked for. */
export type Random = (bytes: number) => Uint8Array;

/** The reference number of one attempt: ten readable characters (50 random bits), the same on the page and in the audit log. */
export function newReference(random: Random): string {
  return Array.from(random(10), (byte) => alphabet[byte & 31]).join('');
}
