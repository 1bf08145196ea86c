/** A provider's rule for roles: `role: { default: guest, map: { stewards: admin } }`. */
export interface RoleRule {
  readonly default: string;
  /** Group name to role, in the order of the file: the first group that the person is in decides. */
  readonly map: readonly (readonly [group: string, role: string])[];
  /** A role's name at the identity provider (Entra's app roles) to a role here; asked after `map`. */
  readonly idpRoles?: readonly (readonly [idpRole: string, role: string])[];
}

/**
 * The role of a person with these groups, and these roles by word of their identity provider: the first line of the map that
 * matches, then the first of `idpRoles`, else the default. Computed when asked, never stored, so that a group granted a
 * moment ago counts on the next request.
 */
export function roleOf(rule: RoleRule, groups: readonly string[], idpRoles: readonly string[] = []): string {
  const held = new Set(groups);
  const named = new Set(idpRoles);
  return (
    rule.map.find(([group]) => held.has(group))?.[1] ??
    rule.idpRoles?.find(([idpRole]) => named.has(idpRole))?.[1] ??
    rule.default
  );
}
