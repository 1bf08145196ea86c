import { randomUUID } from 'node:crypto';
import { createHeartbeat, createLease } from '../../coherence/index.ts';
import type { Log } from '../../identity/index.ts';
import type { Invalidations } from '../invalidation.ts';
import type { Freshness } from '../types.ts';
import { birthName, createAnnouncer } from './announcer.ts';
import { withoutArguments } from './ask.ts';
import { createChain } from './chain.ts';
import { hangUp } from './connect.ts';
import { channelNames, type RedisClient } from './names.ts';
import { beat as beatScript, run } from './scripts.ts';

/** How this process hears of other processes' changes, and tells them of its own. */
export interface ChangeChannel {
  readonly freshness: Freshness;
  /** Resolves once no process answers from what it remembered of these sessions; rejects when they could not be told. */
  announce(digests: readonly string[]): Promise<void>;
  /** Takes this process off the list of those that are waited for, and ends the channel. */
  close(): Promise<void>;
}

export interface ChannelOptions {
  readonly client: RedisClient;
  /** A further connection, for listening only. Made when it is first needed. */
  readonly subscriber: () => RedisClient;
  readonly prefix: string;
  readonly invalidations: Invalidations;
  readonly log: Log;
}

/** How long a writer waits for its own channel before it goes on without, milliseconds. */
const channelPatience = 300;

/**
 * The channel over Redis publish/subscribe. It is only there to be quick: what a process may trust follows from the
 * store's newest change, asked for with every heartbeat, and from the list of processes that writers wait for.
 */
export function createChangeChannel(options: ChannelOptions): ChangeChannel {
  const { client, prefix, invalidations, log } = options;
  const names = channelNames(prefix);
  const self = randomUUID();
  const lease = createLease();
  const chain = createChain();
  const heart = createHeartbeat(() => void beat());
  const announcer = createAnnouncer({ client, names, self, listening: () => listening() });

  let subscriber: RedisClient | undefined;
  let subscribed: Promise<unknown> | undefined;
  let caching = false;
  let closed = false;
  let beating = false;
  let beats = 0;
  /** The beat that the store has of us, as far as we know. */
  let known = '';
  /** The store's newest change that we have not heard of yet, and when we asked. */
  let behind: { readonly head: string; readonly sent: ReturnType<typeof lease.now> } | undefined;

  function listening(): Promise<void> {
    subscribed ??= subscribe().catch((error: unknown) => {
      subscribed = undefined;
      log.debug({ err: withoutArguments(error) }, 'changes of sessions cannot be listened to yet');
    });
    const patience = new Promise((resolve) => setTimeout(resolve, channelPatience).unref());
    return Promise.race([subscribed, patience]).then(() => undefined);
  }

  async function subscribe(): Promise<void> {
    if (subscriber === undefined) {
      subscriber = options.subscriber();
      subscriber.on('message', hear);
      // The next beat subscribes anew.
      subscriber.on('close', () => (subscribed = undefined));
    }
    await subscriber.subscribe(names.answers(self));
    if (caching) await subscriber.subscribe(names.changes);
  }

  function hear(channel: string, message: string): void {
    const [first = '', second = '', ...digests] = message.split(' ');
    if (channel === names.changes) changed(first, second, digests);
    else announcer.answered(first, second);
  }

  function changed(before: string, id: string, digests: readonly string[]): void {
    const isOwn = id.startsWith(self);
    if (!chain.apply(before, id)) invalidations.tell(undefined);
    else if (!isOwn) for (const digest of digests) invalidations.tell(digest);
    if (behind?.head === id) {
      lease.prove(behind.sent);
      behind = undefined;
    }
    if (isOwn) return;
    const writer = id.slice(0, id.lastIndexOf('.'));
    client.publish(names.answers(writer), `${id} ${self}`).catch(() => {
      // The writer waits until our lease cannot hold any more.
    });
  }

  async function beat(): Promise<void> {
    if (beating || closed) return;
    beating = true;
    try {
      await listening();
      if (closed) return;
      const sent = lease.now();
      const mark = chain.mark();
      const current = String(++beats);
      const answer = await run(
        client,
        beatScript,
        [names.head, names.processes],
        [self, current, birthName(self)],
      );
      const [head, had] = answer as [string, string];
      if (!closed) judge(head, mark, sent, had === known && known !== '');
      known = current;
      await announcer.settleDebts();
    } catch (error) {
      log.debug({ err: withoutArguments(error) }, 'no proof that all changes of sessions were heard of');
    } finally {
      beating = false;
    }
  }

  /** What the store said of its newest change, and whether it knew us: one that did not may have forgotten more. */
  function judge(head: string, mark: number, sent: ReturnType<typeof lease.now>, knewUs: boolean): void {
    const standing = chain.compare(head, mark);
    if (standing === 'heard' && knewUs) {
      behind = undefined;
      lease.prove(sent);
    } else if (standing === 'behind' && knewUs && behind === undefined) {
      behind = { head, sent };
    } else {
      // A channel that did not tell in all the time between two beats tells no more.
      if (behind !== undefined && standing === 'behind') subscriber?.disconnect(true);
      // Missed, forgotten, or new here: what happened until now does not matter once nothing is remembered.
      invalidations.tell(undefined);
      if (standing !== 'heard') chain.adopt(head);
      behind = undefined;
      lease.prove(sent);
    }
  }

  return {
    freshness: {
      check() {
        heart.wanted();
        return lease.holds() ? 'trusted' : 'ask';
      },
      onInvalidated(listener) {
        caching = true;
        subscribed = undefined;
        invalidations.listen(listener);
      },
    },
    announce: (digests) => announcer.announce(digests),
    async close() {
      closed = true;
      heart.stop();
      lease.lapse();
      if (known !== '') await client.hdel(names.processes, self).catch(() => undefined);
      if (subscriber !== undefined) hangUp(subscriber);
    },
  };
}
