/**
 * admin: what an administrator does, whatever the road.
 *
 * Owns the operations behind the command, the console and the JSON API, so that all three do exactly the same and all are
 * audited; and the console and the API themselves. It may not know how a login works, what a provider's protocol is, or
 * how anything is stored: gate, providers and stores are handed in.
 *
 *   command ───────────────────────────────┐
 *   console │ API ─▶ operator ─▶ token ─▶  People ─▶ directory, then endings, each with its audit event
 *                      │ nobody, not an administrator, not recently enough: sign in
 */
export { createAdministrators, type Administrators } from './administrators.ts';
export { createAdmin } from './console/app.ts';
export { createRecoveryToken, recoveryLinkLife } from './console/recovery.ts';
export {
  createInvitations,
  inviteText,
  type Invitations,
  type InviteResult,
  type SendInvitation,
} from './invitations.ts';
export { createLinks, type Links } from './links.ts';
export { readNewPerson, type NewPerson } from './new-person.ts';
export { personData, type PersonData } from './person-data.ts';
export { keepOneAdministrator, lastAdministrator } from './last-administrator.ts';
export { createPeople, type People } from './people.ts';
export { forgetOld, startRetention } from './retention.ts';
export { startSampling } from './sampling.ts';
export type * from './types.ts';
