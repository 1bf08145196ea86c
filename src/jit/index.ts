/**
 * jit: just-in-time provisioning. What a verified login means for the directory.
 *
 * Owns the decision (pure), the reconciling of groups (pure), and the loop that applies a plan until it holds. It may not
 * know how the assertion was obtained, how the directory stores anything, or what a session is; a store is handed in.
 *
 *   assertion ─▶ findByIdentity ─▶ decide ─┬─▶ refuse(reason)
 *                     ▲                    └─▶ plan ─▶ commitLogin ─▶ admitted
 *                     └────────── conflict ────────────────┘
 *
 *   last claims of everybody ─▶ decide under the rules of before and of after ─▶ preview: who gains, who loses
 */
export { changedFields, decide } from './decide.ts';
export { explain, type Explanation } from './explain.ts';
export type { Step, WhereIs } from './explain-words.ts';
export { createClaimsKeeper, lastClaimsOf, type ClaimsKeeper } from './last-claims.ts';
export { candidates, login, type Candidates } from './login.ts';
export { changedProviders, overTheLimit, preview } from './preview.ts';
export { previewPerson, type PersonCount } from './preview-person.ts';
export type * from './preview-types.ts';
export { provisionedQuery } from './provisioned.ts';
export { resync } from './resync.ts';
export { groupsAfter, mapGroups, reconcile, wantedGroups } from './reconcile.ts';
export * from './types.ts';
