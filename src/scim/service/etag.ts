import { ScimError } from '../error.ts';
import type { Conditions } from './answer.ts';

/** The ETag of a version (RFC 7644, section 3.14): weak, as two representations of it may differ in their bytes. */
export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/** @throws ScimError 412 when the client changes what it has not seen (RFC 9110, section 13.1.1). */
export function requireMatch({ ifMatch }: Conditions, version: number): void {
  if (ifMatch === undefined || matchesAny(ifMatch, version)) return;
  throw new ScimError(412, `The resource has changed: its version is ${etagOf(version)} now.`);
}

/** Has the client this version already (RFC 9110, section 13.1.2)? */
export function isKnown({ ifNoneMatch }: Conditions, version: number): boolean {
  return ifNoneMatch !== undefined && matchesAny(ifNoneMatch, version);
}

/** Compared weakly, also for If-Match: a client can only send back the tag it was given. */
function matchesAny(header: string, version: number): boolean {
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//i, ''))
    .some((tag) => tag === '*' || tag === `"${version}"` || tag === String(version));
}
