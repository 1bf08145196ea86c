/**
 * admin: what an administrator does, whatever the road.
 *
 * Owns the operations behind the command, the console and the JSON API, so that all three do exactly the same and all are
 * audited. It may not know HTTP sessions of browsers, cookies or how a login works.
 *
 *   command │ console │ API ─▶ People ─▶ directory, then endings, each with its audit event
 */
export { personData, type PersonData } from './person-data.ts';
export { createPeople, type People } from './people.ts';
