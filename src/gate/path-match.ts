import type { PathPattern } from '../config/index.ts';
import { encodeSegment, unescaped } from '../identity/index.ts';

/** Does a canonical path fall under one of the patterns? Pure. */
export type PathMatch = (path: string) => boolean;

/**
 * A pattern covers its path and all below it, whole segments: `/admin` covers `/admin` and `/admin/x`, not
 * `/administrator`. An exact one covers its path alone. A slash at the end never counts: many applications pass over it.
 */
export function pathMatch(patterns: readonly PathPattern[]): PathMatch {
  const matches = patterns.map(({ path, exact }) =>
    path.includes('*') ? bySegments(path, exact) : plainly(path, exact),
  );
  const [only] = matches;
  return matches.length === 1 && only !== undefined ? only : (path) => matches.some((match) => match(path));
}

function plainly(pattern: string, exact: boolean): PathMatch {
  if (pattern === '/') return exact ? (path) => path === '/' : () => true;
  return (path) => {
    if (!path.startsWith(pattern)) return false;
    if (path.length === pattern.length) return true;
    return path[pattern.length] === '/' && (!exact || path.length === pattern.length + 1);
  };
}

function bySegments(pattern: string, exact: boolean): PathMatch {
  const wanted = pattern.slice(1).split('/');
  return (path) => {
    const segments = path.slice(1).split('/');
    if (segments.at(-1) === '') segments.pop();
    if (segments.length < wanted.length || (exact && segments.length > wanted.length)) return false;
    return wanted.every((segment, index) => segment === '*' || segment === segments[index]);
  };
}

/**
 * A canonical path as a careless application would read it: escapes are undone until none is left, what stands behind a
 * semicolon is taken for a parameter, neither case nor dots and spaces at the end of a name count, and letters that look
 * alike are one (NFKC). With `cut`, what stands behind `?`, `#` or a control character is no part of the path any more. The
 * same text when there is nothing of that in it, seen without taking it apart.
 */
export function foldPath(path: string, cut = false): string {
  if (!/[A-Z%]|\.(?:\/|$)/.test(path)) return path;
  const whole = unescaped(path);
  const [read = ''] = cut ? whole.split(/[?#\p{Cc}]/u, 1) : [whole];
  return (
    read
      .split(/[/\\]/)
      .map((segment) => foldName(segment.split(';', 1)[0] ?? ''))
      // Where dots at the end do not count, a name of three is no name: `/.../secret` is `/secret`.
      .filter((name) => name !== '.' && !/^\.{3,}$/.test(name))
      .map(encodeSegment)
      .join('/')
      .replaceAll(/\/{2,}/g, '/')
  );
}

function foldName(name: string): string {
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase();
  return /^\.+$/.test(folded) ? folded : folded.replace(/[. ]+$/, '');
}
