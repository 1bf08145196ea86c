/**
 * audit: what happened, who did it, and by what reference to find it again.
 *
 * Owns the one event type, the one writer, and the guard that keeps secrets, tokens and documents out of both the trail
 * and the log. It may not know where events are stored, nor what they cause. An event is stored before it is logged and
 * before its change is acknowledged; an event that belongs to a change of the directory is stored in its transaction.
 *
 *   event ─▶ guard ─▶ store ─▶ log line, outlets                     (writer)
 *   event ─▶ guard ─▶ transaction of the change ─▶ log line, outlets (relay, driven by the directory)
 */
export { guardEvent } from './guard.ts';
export { createOutlets, syslogMessage, type OutletOptions, type Outlets } from './outlets.ts';
export { createAuditRelay, createAuditWriter, formatAuditLine } from './writer.ts';
export type { AuditRelay } from './writer.ts';
export * from './types.ts';
