import { type Claims, valueAt } from '../groups-claim.ts';
import { isSubject } from './id-token.ts';

/**
 * Who a token without a login speaks of: the claim by which logins know the person, and no other. A token that lacks it
 * (Entra's `oid`, say) does not name anybody we know: `sub` would be another person's key. Undefined then.
 */
export function subjectIn(claims: Claims, names: readonly string[]): string | undefined {
  const value = names[0] === undefined ? undefined : valueAt(claims, names[0]);
  return isSubject(value) ? value : undefined;
}
