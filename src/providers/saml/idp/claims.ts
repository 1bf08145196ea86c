/**
 * Which provider speaks for which identity provider. People are known by (issuer, subject): whoever may choose an entity
 * id could vouch for the people of another. So an entity id belongs to the first provider that has it, a provider keeps
 * to the one it began with, and none may be the issuer of an OpenID provider.
 */
export interface EntityIdClaims {
  /** `kept` when this provider may speak for the entity id; otherwise why it may not. */
  claim(entityId: string, provider: string): 'kept' | 'taken' | 'changed';
}

/** `issuers`: those of the OpenID providers beside, as they stand in identities. */
export function createEntityIdClaims(issuers: Iterable<string> = []): EntityIdClaims {
  const foreign = new Set(issuers);
  const owners = new Map<string, string>();
  const names = new Map<string, string>();
  return {
    claim(entityId, provider) {
      if (foreign.has(entityId) || (owners.get(entityId) ?? provider) !== provider) return 'taken';
      if ((names.get(provider) ?? entityId) !== entityId) return 'changed';
      owners.set(entityId, provider);
      names.set(provider, entityId);
      return 'kept';
    },
  };
}
