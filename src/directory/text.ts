import type { IdentityKey } from '../identity/index.ts';
import { comparable, Failure } from '../identity/index.ts';

/**
 * Text that both databases keep exactly as it came: well-formed Unicode without NUL. A lone surrogate would be stored
 * as U+FFFD, so that two different subjects became one; PostgreSQL refuses NUL.
 */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** The longest issuer and subject together, and the longest group name, in bytes: what a PostgreSQL index row holds. */
const longestKey = 2_000;

/** Whether anybody can have this identity; look-ups of one that cannot be stored find nobody. */
export function isIdentityKey(key: IdentityKey): boolean {
  return (
    isStorable(key.issuer) &&
    isStorable(key.subject) &&
    Buffer.byteLength(key.issuer + key.subject) <= longestKey
  );
}

/** @throws Failure `login_rejected` for an identity that could not be told apart from another one once stored. */
export function checkIdentityKey(key: IdentityKey): void {
  if (!isIdentityKey(key)) throw new Failure('login_rejected', { detail: 'directory.identity_key' });
}

/** Whether a group can have this name. */
export function isGroupName(name: string): boolean {
  return name !== '' && isStorable(name) && Buffer.byteLength(name) <= longestKey;
}

/** @throws Failure `login_rejected` for a group name that cannot be kept as it is. */
export function checkGroupName(name: string): void {
  if (!isGroupName(name)) throw new Failure('login_rejected', { detail: 'directory.group_name' });
}

/** Text that nothing is decided by, made storable. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{FFFD}');
}

/** The comparable form as it is indexed: short enough for an index; whoever looks up by it compares the rest. */
export function nameKey(name: string): string {
  return cleanText(comparable(name).slice(0, 256));
}
