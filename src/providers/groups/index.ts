/**
 * groups: the groups that a login does not bring whole.
 *
 * Owns distinguished names, and the look-ups at Microsoft Graph, Google and Okta: after verification, before jit, within five
 * seconds and fifty pages. It may not know what a group means here: it gives names as the identity provider has them.
 *
 *   assertion ─▶ complete ──list is whole──▶ names (labels for ids, where asked for)
 *                   └──absent, overage, cut off──▶ graph │ google │ okta ──▶ present(names)
 *                                                         └─ fails ──▶ overage, with what the file says of that
 */
export { createGroupsCompletion, type CompleteGroups, type CompletionDeps } from './complete.ts';
export { commonName, withReadableNames } from './distinguished-name.ts';
export type { Evidence } from './types.ts';
