import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../../src/audit/index.ts';
import { createAuditRelay, createAuditWriter, formatAuditLine } from '../../../src/audit/index.ts';
import { silentLog } from '../../../src/identity/index.ts';

const event: AuditEvent = {
  type: 'login.failed',
  at: Date.UTC(2026, 2, 1, 12),
  actor: { kind: 'person' },
  code: 'login_rejected',
  cause: 'Bearer abc',
};
const masked = { ...event, cause: 'Bearer [secret]' };

function world(append: (events: readonly AuditEvent[]) => Promise<void> = async () => {}) {
  const steps: unknown[] = [];
  const store = {
    async append(events: readonly AuditEvent[]) {
      steps.push(['stored', events]);
      await append(events);
    },
  };
  const log = { ...silentLog, info: (fields: object, message: string) => void steps.push([message, fields]) };
  return { steps, writer: createAuditWriter({ store, log }), relay: createAuditRelay({ log }) };
}

describe('the audit writer', () => {
  it('stores events in one piece, masked, and then logs each', async () => {
    const { writer, steps } = world();
    await writer.write(event, { ...event, at: 2 });
    expect(steps).toEqual([
      ['stored', [masked, { ...masked, at: 2 }]],
      ['audit', { audit: masked }],
      ['audit', { audit: { ...masked, at: 2 } }],
    ]);
  });

  it('fails when the event could not be stored, and logs nothing then', async () => {
    const { writer, steps } = world(() => Promise.reject(new Error('disk full')));
    await expect(writer.write(event)).rejects.toThrow('disk full');
    expect(steps).toHaveLength(1);
  });

  it('lends its mask and its log lines to changes that store their own events', () => {
    const { relay, steps } = world();
    relay.committed([relay.guard(event)]);
    expect(steps).toEqual([['audit', { audit: masked }]]);
  });
});

describe('a line of the audit log', () => {
  it('is one line of JSON that begins with its number and time', () => {
    const line = formatAuditLine({ seq: 7, event: { ...event, cause: 'two\nlines' } });
    expect(line).toBe(
      '{"seq":7,"at":"2026-03-01T12:00:00.000Z","type":"login.failed","actor":{"kind":"person"},"code":"login_rejected","cause":"two\\nlines"}',
    );
  });
});
