/**
 * What a raw `Cookie` header says under this name, as it is written there (RFC 6265, section 4.2.1): the value, or, when
 * the name comes several times, all of them with `;` between. Undefined when there is none.
 */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  let found: string | undefined;
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + 1)) {
    if (!beginsPair(header, at)) continue;
    let equals = at + name.length;
    while (isSpace(header.charCodeAt(equals))) equals += 1;
    if (header.charCodeAt(equals) !== 61) continue;
    const semicolon = header.indexOf(';', equals);
    const value = header.slice(equals + 1, semicolon === -1 ? header.length : semicolon).trim();
    found = found === undefined ? value : `${found};${value}`;
    if (semicolon === -1) break;
  }
  return found;
}

/** The `Cookie` header in which a name has the values that {@link cookieValue} found, and nothing else is. */
export function cookieHeader(name: string, found: string): string {
  return found
    .split(';')
    .map((value) => `${name}=${value}`)
    .join('; ');
}

function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && isSpace(header.charCodeAt(before))) before -= 1;
  return before < 0 || header.charCodeAt(before) === 59;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

/** The `Cookie` header without the cookies for which `drop(name)` holds; undefined when none is left. */
export function withoutCookies(header: string, drop: (name: string) => boolean): string | undefined {
  const kept = header
    .split(';')
    .filter((pair) => pair.trim() !== '' && !drop(pair.split('=', 1)[0]?.trim() ?? ''))
    .map((pair) => pair.trim());
  return kept.length === 0 ? undefined : kept.join('; ');
}
