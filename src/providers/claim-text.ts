/**
 * Text of an identity provider is used whole or not at all: never cut, stripped or repaired, because `adm\u0000in`
 * repaired is `admin`. Unicode stays as it came. Not usable: control characters (C0, DEL, C1, so CR, LF and NUL),
 * lone surrogates (which no encoder can write) and what is longer than the limit, counted in UTF-8 bytes.
 */
export function isUsableText(text: string, maxBytes: number): boolean {
  return (
    text.length <= maxBytes &&
    !/\p{Cc}/u.test(text) &&
    text.isWellFormed() &&
    Buffer.byteLength(text) <= maxBytes
  );
}

/** A full name made of its parts, where the identity provider sent only those; the order is the one of Western forms. */
export function fullName(givenName: string | undefined, familyName: string | undefined): string | undefined {
  const parts = [givenName, familyName].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}
