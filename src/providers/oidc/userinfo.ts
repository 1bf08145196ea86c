import type { OidcProviderConfig } from '../../config/index.ts';
import { type Claims, readGroups, valueAt } from '../groups-claim.ts';

/**
 * Must the userinfo endpoint be asked? Only when something that the file names is not in the ID token: a name, an address,
 * or the groups (unless the token says that the groups are elsewhere, where userinfo does not have them either).
 */
export function needsUserinfo(
  idToken: Claims,
  config: Pick<OidcProviderConfig, 'claims'> & {
    readonly groups: Pick<OidcProviderConfig['groups'], 'claims'>;
  },
): boolean {
  const { claims, groups } = config;
  const missing = (names: readonly string[]): boolean =>
    names.length > 0 && names.every((name) => valueAt(idToken, name) === undefined);
  return (
    [claims.userName, claims.email, claims.displayName].some(missing) ||
    (groups.claims.length > 0 && readGroups(idToken, groups.claims).groups.kind === 'absent')
  );
}
