import type { Log } from '../identity/index.ts';
import { guardEvent } from './guard.ts';
import type { Outlets } from './outlets.ts';
import type { AuditEvent, AuditStore, AuditWriter } from './types.ts';

/**
 * The one writer: events are masked, appended to the store in one piece, and then put on the log, one line an event.
 * Rejects, with nothing logged, when the store does: whoever reports a change must not go on as if it were recorded.
 */
export function createAuditWriter(options: {
  store: Pick<AuditStore, 'append'>;
  log: Log;
  outlets?: Pick<Outlets, 'send'>;
}): AuditWriter {
  const relay = createAuditRelay(options);
  return {
    async write(...events) {
      const guarded = events.map((event) => relay.guard(event));
      await options.store.append(guarded);
      relay.committed(guarded);
    },
  };
}

/** What the directory needs for events that it stores together with a change: the same mask, the same lines. */
export interface AuditRelay {
  guard<E extends object>(event: E): E;
  committed(events: readonly object[]): void;
}

/** Hand it to `openDirectory` as `auditing`. */
export function createAuditRelay(options: { log: Log; outlets?: Pick<Outlets, 'send'> }): AuditRelay {
  return {
    guard: guardEvent,
    committed(events) {
      for (const event of events) {
        options.log.info({ audit: event }, 'audit');
        const at = 'at' in event && typeof event.at === 'number' ? event.at : 0;
        options.outlets?.send(JSON.stringify({ ...event, at: new Date(at).toISOString() }), at);
      }
    },
  };
}

/** A stored event as `doorward audit` prints it: one line of JSON, its number and an ISO time first. */
export function formatAuditLine<E extends Pick<AuditEvent, 'at'>>(stored: {
  readonly seq: number;
  readonly event: E;
}): string {
  const { at, ...rest } = stored.event;
  return JSON.stringify({ seq: stored.seq, at: new Date(at).toISOString(), ...rest });
}
