import { canonicalPath } from '../../identity/index.ts';
import type { PathPattern } from '../types.ts';

/**
 * A path of the policy as it is written: `/reports`, `= /reports`, `/api/*\/export`. Its canonical form is the one that
 * requests are brought into, so `/B%C3%BCcher/` and `/Bücher` mean the same. A slash at its end does not count.
 */
export function pathPattern(
  written: string,
):
  | { readonly pattern: PathPattern; readonly complaint: undefined }
  | { readonly pattern?: undefined; readonly complaint: string } {
  const [, equals, path = ''] = /^(= *)?(.*)$/s.exec(written) ?? [];
  if (/[?#;]/.test(path))
    return { complaint: 'expected a path without query, fragment and parameters (?, #, ;)' };
  // A target has one character a byte.
  const canonical = canonicalPath(Buffer.from(path, 'utf8').toString('latin1'));
  if (canonical === undefined)
    return { complaint: 'expected a path such as /reports, without .. and backslashes' };
  if (canonical.split('/').some((segment) => segment.includes('*') && segment !== '*')) {
    return { complaint: 'expected * for a whole segment only, as in /api/*/export' };
  }
  const bare = canonical.length > 1 && canonical.endsWith('/') ? canonical.slice(0, -1) : canonical;
  return { pattern: { path: bare, exact: equals !== undefined }, complaint: undefined };
}
