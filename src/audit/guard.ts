/** Fields that hold text of others: an error's message, an identity provider's answer, what somebody typed as a reason. */
const freeText = new Set(['cause', 'detail', 'idpMessage', 'why']);
/** Longest free text and longest other text that is kept, in UTF-16 code units. */
const longestFreeText = 500;
const longestText = 2_000;

/**
 * The event without what an audit trail must never hold. Whatever looks like a token, a key, a secret or a document in
 * free text is masked; every text has a length; control characters in free text are written out, so that a line stays a
 * line in whatever shows it. Guarding twice changes nothing.
 */
export function guardEvent<E extends object>(event: E): E {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, guardValue(name, value)]),
  ) as unknown as E;
}

function guardValue(name: string, value: unknown): unknown {
  if (typeof value === 'string') {
    return freeText.has(name) ? guardText(value) : cut(value.toWellFormed(), longestText);
  }
  if (Array.isArray(value)) return value.map((each: unknown) => guardValue(name, each));
  if (typeof value === 'object' && value !== null) return guardEvent(value);
  return value;
}

/** Patterns of what is never written, each with what stands in its place. Order matters: whole documents come first. */
const masks: readonly (readonly [RegExp, string])[] = [
  [/<[?!]?[A-Za-z][\s\S]*/, '[document]'],
  [/-----BEGIN[\s\S]*/, '[key]'],
  // JWS and JWE compact forms (RFC 7515, RFC 7516), also when cut short: a header is a JSON object, so it begins with eyJ.
  [/\beyJ[\w-]*(?:\.[\w-]*)*/g, '[token]'],
  [/\b(bearer|basic|dpop)\s+[^\s"',;]+/gi, '$1 [secret]'],
  [
    /\b([\w-]{0,40}(?:secret|password|passwd|token|assertion|verifier|cookie|api[_-]?key)["']?\s*[=:]\s*["']?)(?!\[)[^\s"'&,;]+/gi,
    '$1[secret]',
  ],
  [
    /\b((?:code|state|nonce|SAMLResponse|SAMLRequest|RelayState|Signature)=)(?!\[)[^\s"'&,;]+/gi,
    '$1[secret]',
  ],
  [/(:\/\/)[^\s/@]+@/g, '$1[secret]@'],
];

/** Long runs of the base64 and hex alphabets; GUIDs, which identity providers put into messages, are no secrets. */
const longRun = /[A-Za-z0-9+/_-]{32,}={0,2}/g;
const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

function guardText(text: string): string {
  // Cut first, generously: no pattern has to look at a megabyte.
  let masked = text.slice(0, longestFreeText * 8).toWellFormed();
  for (const [pattern, replacement] of masks) masked = masked.replace(pattern, replacement);
  masked = masked.replace(longRun, (run) => (isHarmless(run) ? run : '[secret]'));
  return cut(escapeControls(masked), longestFreeText);
}

/** A GUID, a path of words, or a word: no digits beside letters in any part that is long enough to be a secret. */
function isHarmless(run: string): boolean {
  return run
    .replace(guid, '')
    .split(/[/_-]/)
    .every((part) => part.length < 20 && !(part.length >= 12 && /\d/.test(part) && /[A-Za-z]/.test(part)));
}

function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
