import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AuditEvent, createAuditWriter, createOutlets, syslogMessage } from '../../src/audit/index.ts';
import { silentLog } from '../../src/identity/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'doorward-outlets-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const event: AuditEvent = {
  type: 'user.disabled',
  at: Date.parse('2026-03-01T12:00:00Z'),
  actor: { kind: 'admin' },
  userName: 'Łukasz "x"\n',
  why: 'Bearer abc.def',
};

function writerTo(outlets: ReturnType<typeof createOutlets>, stored: AuditEvent[] = []) {
  return createAuditWriter({
    store: { append: async (events) => void stored.push(...events) },
    log: silentLog,
    outlets,
  });
}

describe('a record goes where the configuration says', () => {
  it('to a file of its owner only, one line of JSON each, masked as in the store', async () => {
    const file = join(dir, 'logs', 'audit.jsonl');
    const outlets = createOutlets({ file, syslog: undefined }, silentLog);
    await writerTo(outlets).write(event, event);
    await outlets.close();
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual({
      ...event,
      at: '2026-03-01T12:00:00.000Z',
      why: 'Bearer [secret]',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('to a syslog server over UDP', async () => {
    const server = createSocket('udp4');
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const arrived = new Promise<string>((resolve) =>
      server.once('message', (text) => resolve(text.toString())),
    );
    const outlets = createOutlets(
      { file: undefined, syslog: { protocol: 'udp', host: '127.0.0.1', port: server.address().port } },
      silentLog,
    );
    await writerTo(outlets).write(event);
    expect(await arrived).toMatch(
      /^<110>1 2026-03-01T12:00:00\.000Z \S+ doorward \d+ audit - \u{FEFF}\{.*\\"x\\"\\n.*\}$/u,
    );
    await outlets.close();
    server.close();
  });

  it('to a syslog server over TCP, each with its length in front', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => socket.on('data', (data) => received.push(Buffer.from(data))));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outlets = createOutlets(
      { file: undefined, syslog: { protocol: 'tcp', host: '127.0.0.1', port } },
      silentLog,
    );
    const writer = writerTo(outlets);
    await writer.write(event);
    await writer.write({ ...event, userName: 'last' });
    while (!Buffer.concat(received).includes('last')) await new Promise((resolve) => setTimeout(resolve, 5));
    const all = Buffer.concat(received);
    const [, length = ''] = /^(\d+) /.exec(all.toString()) ?? [];
    const frame = all.subarray(length.length + 1, length.length + 1 + Number(length)).toString();
    expect(frame.startsWith('<110>1 ')).toBe(true);
    expect(frame.endsWith('}')).toBe(true);
    await outlets.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('nowhere before it is stored, and a server that is not there fails nobody', async () => {
    const file = join(dir, 'audit.jsonl');
    const outlets = createOutlets(
      { file, syslog: { protocol: 'tcp', host: '127.0.0.1', port: 1 } },
      silentLog,
    );
    const failing = createAuditWriter({
      store: { append: () => Promise.reject(new Error('no')) },
      log: silentLog,
      outlets,
    });
    await expect(failing.write(event)).rejects.toThrow('no');
    await writerTo(outlets).write({ ...event, userName: 'stored' });
    await outlets.close();
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
  });
});

describe('a syslog message', () => {
  it('names a host that cannot be named by a dash', () => {
    expect(syslogMessage('{}', 0, 'hö st', 7)).toBe(
      '<110>1 1970-01-01T00:00:00.000Z - doorward 7 audit - \u{FEFF}{}',
    );
  });
});
