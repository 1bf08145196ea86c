import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { createHeartbeat, createLease, createRollCalls, patience } from '../coherence/index.ts';
import type { Log } from '../identity/index.ts';
import { createListeners, type ChangeFeed } from './change-feed.ts';
import { createListenConnection } from './listen-connection.ts';
import { readProcesses, strikeOff } from './processes.ts';
import type { Tables } from './schema.ts';

/** `user ID` from the trigger on the change log, `call WRITER NAME` from a writer that waits for all to have heard. */
const changes = 'doorward_changes';

/**
 * Changes by LISTEN/NOTIFY, which commit with the change and come in the order of the commits. A reader trusts its cache
 * only while its own notifications come back to it; a writer lets every reader answer a call that it sends after
 * its commit. Both in docs/adr/0011-invalidation.md.
 */
export function createPostgresFeed(url: string, db: Kysely<Tables>, log: Log): ChangeFeed {
  const self = randomUUID().replaceAll('-', '');
  const own = (process: string) => `doorward_${process}`;
  const listeners = createListeners();
  const lease = createLease();
  const calls = createRollCalls();
  const heart = createHeartbeat(() => void beat());
  const sentAt = new Map<string, ReturnType<typeof lease.now>>();
  let isCaching = false;
  let isRegistered = false;
  let waitsForDisk = true;
  let beats = 0;
  let names = 0;
  let answers: { readonly writer: string; readonly name: string }[] = [];
  let underWay: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const connection = createListenConnection({
    url,
    channels: [changes, own(self)],
    onUp() {
      // What was committed before this is in the database: only what is remembered could be older.
      sentAt.clear();
      waitsForDisk = true;
      listeners.tell(undefined);
    },
    onDown: () => lease.lapse(),
    onNotification(channel, payload) {
      const [kind, first = '', second = ''] = payload.split(' ');
      if (channel === changes && kind === 'user') listeners.tell(first);
      else if (channel === changes && kind === 'call') called(first, second);
      else if (kind === 'beat') proven(first);
      else if (kind === 'answer') calls.answered(first, second);
    },
    log,
  });

  function proven(current: string): void {
    const sent = sentAt.get(current);
    if (sent === undefined) return;
    lease.prove(sent);
    for (const earlier of sentAt.keys()) {
      sentAt.delete(earlier);
      if (earlier === current) break;
    }
    // The registration has reached the disk. A later beat that is lost in a crash is only a beat.
    if (waitsForDisk) connection.run('set synchronous_commit = off', []).catch(() => undefined);
    waitsForDisk = false;
  }

  /** The number grows with every beat: a writer that finds it unchanged after a lease knows that ours has run out. */
  async function beat(): Promise<void> {
    await connection.open();
    if (!connection.isUp) return;
    const current = String(++beats);
    sentAt.set(current, lease.now());
    isRegistered = true;
    await connection
      .run(
        `with registered as (insert into processes (id, beat) values ($1, $2)
           on conflict (id) do update set beat = excluded.beat)
         select pg_notify($3, $4)`,
        [self, current, own(self), `beat ${current}`],
      )
      .catch(() => undefined);
  }

  /** Everything before the call has been heard, for notifications come in order: so the answer is yes. */
  function called(writer: string, name: string): void {
    if (writer === self || !isCaching) return;
    answers.push({ writer, name });
    if (answers.length === 1) setImmediate(() => void answer());
  }

  async function answer(): Promise<void> {
    const due = answers;
    answers = [];
    await connection
      .run(
        'select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as due(channel, payload)',
        [due.map(({ writer }) => own(writer)), due.map(({ name }) => `answer ${name} ${self}`)],
      )
      .catch(() => undefined);
  }

  async function settle(): Promise<void> {
    const readers = await readProcesses(db, self);
    if (readers.length === 0) return;
    await connection.open();
    const name = String(++names);
    const silent = await calls.call(name, async () => {
      // Without our channel no answer reaches us: then the leases are waited out.
      await connection
        .run('select pg_notify($1, $2)', [changes, `call ${self} ${name}`])
        .catch(() => undefined);
      return readers.map(({ id }) => id);
    });
    if (silent.length === 0) return;
    log.warn({ processes: silent.length }, 'A process did not say in time that it has heard of a change.');
    await strikeOff(
      db,
      readers.filter(({ id }) => silent.includes(id)),
    );
  }

  /** One call at a time; those who come meanwhile share the next, which begins after their commits. */
  function settled(): Promise<void> {
    if (underWay === undefined) {
      underWay = settle()
        .catch(waitOut)
        .finally(() => (underWay = undefined));
      return underWay;
    }
    next ??= underWay.then(() => {
      next = undefined;
      return settled();
    });
    return next;
  }

  return {
    check() {
      heart.wanted();
      return lease.holds() ? 'trusted' : 'ask';
    },
    onInvalidated(listener) {
      isCaching = true;
      listeners.add(listener);
    },
    committed(userIds) {
      for (const id of userIds) listeners.tell(id);
    },
    settled,
    async close() {
      heart.stop();
      lease.lapse();
      if (isRegistered)
        await connection.run('delete from processes where id = $1', [self]).catch(() => undefined);
      await connection.close();
    },
  };
}

/** Nobody could be asked: after this no lease of before holds. */
async function waitOut(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, patience));
}
