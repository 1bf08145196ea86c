/**
 * Which provider speaks for which identity provider. Two files with one entity id would share (issuer, subject) and so
 * their people, whatever the two files say of who may come in: the second is refused.
 */
export interface EntityIdClaims {
  /** True when this provider may speak for the entity id; the first to ask keeps it. */
  claim(entityId: string, provider: string): boolean;
}

export function createEntityIdClaims(): EntityIdClaims {
  const owners = new Map<string, string>();
  return {
    claim(entityId, provider) {
      const owner = owners.get(entityId) ?? provider;
      owners.set(entityId, owner);
      return owner === provider;
    },
  };
}
