/**
 * identity: the words everyone uses.
 *
 * Owns the vocabulary that every room speaks: what a provider vouches for (IdentityAssertion), who a user is, where a
 * membership comes from, why somebody is refused, what can fail. Pure types and rules; it may know no other room, do no
 * I/O and read no clock.
 *
 *   provider ──normalizes──▶ IdentityAssertion ──jit decides──▶ User │ RefusalReason      (failures throw Failure)
 */
export * from './assertion.ts';
export * from './canonical-path.ts';
export * from './failure.ts';
export * from './log.ts';
export * from './names.ts';
export * from './refusal.ts';
export * from './role.ts';
export * from './user.ts';
