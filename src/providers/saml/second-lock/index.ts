/**
 * second-lock: node-saml with its strict options (xmldom, xml-crypto, xml2js), in worker threads, because a thousand
 * groups would hold the event loop for a quarter of a second. Bounded in number, in memory, in queue and in time.
 *
 *   text the first lock opened ─▶ pool ─▶ worker: node-saml validates ─▶ SeenAssertion as xmldom saw it
 */
import { Tinypool } from 'tinypool';
import { Failure } from '../../../identity/index.ts';
import { rejected } from '../rejected.ts';
import type { SeenAssertion } from '../types.ts';
import type { SecondLockAnswer, SecondLockTask } from './task.ts';

export type { SecondLockTask } from './task.ts';

export interface SecondLock {
  /**
   * Has node-saml validate the same document and tells what it saw.
   * @throws Failure `login_rejected` (`saml.second_lock.*`), or `too_many_requests` when the queue is full or the time is up
   */
  open(task: SecondLockTask): Promise<SeenAssertion>;
  /** Starts a worker ahead of the answer, so that the first login of the day does not wait for it. */
  warm(): void;
  close(): Promise<void>;
}

export interface SecondLockOptions {
  /** Threads at most. */
  readonly threads: number;
  /** Documents that may wait or be under way, at most. */
  readonly queue: number;
  /** Milliseconds one document may take, waiting included. */
  readonly timeout: number;
}

const worker = new URL('./worker.ts', import.meta.url).href;

/** One pool serves every SAML provider. Threads start when the first document comes, and end when idle for long. */
export function createSecondLock(
  options: SecondLockOptions = { threads: 2, queue: 32, timeout: 5000 },
): SecondLock {
  const pool = new Tinypool({
    filename: worker,
    minThreads: 0,
    maxThreads: options.threads,
    idleTimeout: 10 * 60_000,
    resourceLimits: { maxOldGenerationSizeMb: 192 },
  });
  let underWay = 0;
  return {
    async open(task) {
      if (underWay >= options.queue)
        throw new Failure('too_many_requests', { detail: 'saml.second_lock.busy', retryAfter: 5 });
      underWay += 1;
      const signal = AbortSignal.timeout(options.timeout);
      try {
        const answer: SecondLockAnswer = await pool.run(task, { signal });
        if (answer.kind === 'refused') throw rejected('second_lock.refused', new Error(answer.message));
        return answer.seen;
      } catch (cause) {
        if (cause instanceof Failure) throw cause;
        if (signal.aborted)
          throw new Failure('too_many_requests', {
            detail: 'saml.second_lock.timeout',
            cause,
            retryAfter: 5,
          });
        throw rejected('second_lock.crashed', cause);
      } finally {
        underWay -= 1;
      }
    },
    warm() {
      if (pool.threads.length === 0) pool.run(undefined).catch(() => undefined);
    },
    close: () => pool.destroy(),
  };
}
