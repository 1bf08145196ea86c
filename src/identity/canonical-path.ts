const plain = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_~.!$&'()*+,=:@-]*)+\/?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The canonical path of a request target (origin form, RFC 9112, section 3.2.1), or undefined when proxy and
 * application could read it differently. A character of the target stands for one byte, as in node:http.
 *
 * Escapes of unreserved characters are undone (RFC 3986, section 6.2.2), others written in upper case; slashes are
 * merged, escaped ones counting as slashes; path parameters (`;jsessionid=1`) do not count. Refused: `..` in any
 * spelling, also escaped several times; escaped separators in a path parameter; backslashes, `#`, spaces, control characters, malformed escapes, escapes that are
 * not UTF-8.
 */
export function canonicalPath(target: string): string | undefined {
  const query = target.indexOf('?');
  const raw = query === -1 ? target : target.slice(0, query);
  // eslint-disable-next-line no-control-regex
  if (query !== -1 && /[\u0000-\u0020\u007f#]/.test(target.slice(query))) return undefined;
  if (raw === '/' || plain.test(raw)) return raw;
  // eslint-disable-next-line no-control-regex
  if (!raw.startsWith('/') || /[\u0000-\u0020\u007f#\\]|[^\u0000-\u00ff]/.test(raw)) return undefined;
  const segments: string[] = [];
  let folder = false;
  for (const segment of raw.split(/\/|%2f/i)) {
    const whole = decode(segment);
    const name = decode(segment.split(';', 1)[0] ?? '');
    if (whole === undefined || name === undefined || climbs(whole) || climbsAfterAll(whole)) return undefined;
    if (segment.includes(';') && hidesSegments(whole)) return undefined;
    folder = name === '' || name === '.';
    if (!folder) segments.push(encodeSegment(name));
  }
  return `/${segments.join('/')}${folder && segments.length > 0 ? '/' : ''}`;
}

/** Every escape undone once, as text; undefined where that is not UTF-8 or has a control character or backslash in it. */
function decode(raw: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) return undefined;
  const bytes = raw.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    const text = utf8.decode(Buffer.from(bytes, 'latin1'));
    return /[\p{Cc}\\]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** `..`, also with path parameters behind it (`..;/`), which some application servers climb by; `.;` likewise. */
function climbs(segment: string): boolean {
  const [name] = segment.split(';', 1);
  return name === '..' || (name === '.' && segment !== '.');
}

/** Would whatever undoes escapes once more than it should climb? */
function climbsAfterAll(segment: string): boolean {
  return segment.includes('%') && unescaped(segment).split(/[/\\]/).some(climbs);
}

/** Would a path parameter turn into further segments (`;%255Csecret`) for whatever undoes escapes once more than it should? */
function hidesSegments(segment: string): boolean {
  const all = unescaped(segment);
  return /[/\\]/.test(all.slice(all.indexOf(';')));
}

/** More layers of escapes than anybody takes off. */
const mostLayers = 5;

/** All layers of escapes undone, as whoever does it too often would read them; what is no UTF-8 becomes U+FFFD. Total. */
export function unescaped(text: string): string {
  let read = text;
  for (let layer = 0; layer < mostLayers && /%[0-9a-f]{2}/i.test(read); layer += 1) {
    const bytes = Buffer.from(read, 'utf8')
      .toString('latin1')
      .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    read = Buffer.from(bytes, 'latin1').toString('utf8');
  }
  return read;
}

/** One segment of a canonical path: escapes whatever is neither unreserved nor one of the characters that may stand there. */
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(/%(?:21|24|26|27|28|29|2A|2B|2C|3A|3D|40)/g, (escape) =>
    decodeURIComponent(escape),
  );
}
