/**
 * coherence: how several processes keep caches that never answer with what is no longer true.
 *
 * Owns the rules of the protocol (docs/adr/0011-invalidation.md): how long a process may trust what it remembers, when it has
 * to prove anew that it hears of every change, and how long a writer waits for the others. It may not know what is
 * cached, nor over what it is told: sessions carry the protocol over Redis, the directory carries it over PostgreSQL.
 *
 *   reader:  heartbeat ─▶ store ─▶ "you have heard of everything until then" ─▶ lease ─▶ trusted, for a moment
 *   writer:  change ─▶ told to all ─▶ roll call: every reader has answered, or no lease can hold any more ─▶ acknowledged
 */
export { createHeartbeat, type Heartbeat } from './heartbeat.ts';
export { createLease, machineClocks, type Clocks, type Lease, type Moment } from './lease.ts';
export { createRollCalls, patience, type RollCalls } from './roll-call.ts';
