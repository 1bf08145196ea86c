import type { SessionRecord } from '../../sessions/index.ts';

/** When the identity provider last said that the sign-in stands, milliseconds since the epoch. */
export function confirmedAt({ createdAt, login }: SessionRecord): number {
  return login?.idp.checkedAt ?? createdAt;
}

/**
 * From when on a session is to be re-checked: up to a tenth of the time early or late, each session by its own measure, so
 * that those who came in one morning do not ask in one minute.
 *
 * @param every milliseconds
 */
export function dueAt(record: SessionRecord, every: number): number {
  const share = (Number.parseInt(Buffer.from(record.digest).toString('hex').slice(0, 8), 16) % 1000) / 1000;
  return confirmedAt(record) + Math.floor(every * (0.9 + 0.2 * share));
}
