/**
 * first-lock: a strict profile of XML Signature on libxml2 and node:crypto. It refuses cheaply, and shares no parser,
 * no canonicalization and no code with the second lock.
 *
 *   text ─▶ small: here, large: in a worker ─▶ open.ts ─▶ Unlocked
 *
 *   open.ts  text ─▶ outline ─▶ Response signature ─▶ (decrypt) ─▶ Assertion signature ─▶ the verified text, parsed anew ─▶ Seen…
 */
import { Tinypool } from 'tinypool';
import { Failure } from '../../../identity/index.ts';
import { rejected } from '../rejected.ts';
import { openFirstLock } from './open.ts';
import type { FirstLockAnswer, FirstLockTask, Unlocked } from './task.ts';

export { verificationKeys } from './keys.ts';
export type { Decryption } from './decrypt.ts';
export type { FirstLockTask, Unlocked } from './task.ts';
export type { Trust } from './verify.ts';

export interface FirstLock {
  /**
   * Every signature that is there must hold, and those that the file asks for must be there.
   *
   * @throws Failure `login_rejected`; `idp_unavailable` when no pinned key is strong enough; `too_many_requests` when too
   *   many large documents wait already, or the time is up
   */
  open(task: FirstLockTask): Promise<Unlocked>;
  close(): Promise<void>;
}

export interface FirstLockOptions {
  /** Large documents that may wait or be under way, at most. */
  readonly queue: number;
  /** Milliseconds one large document may take, waiting included. */
  readonly timeout: number;
}

/**
 * Up to so many characters a document is opened where it arrives: an everyday one takes a millisecond or two there, and
 * the worst that anybody can make of the size some ten. A larger one could hold up everybody's requests.
 */
export const opensHere = 65_536;

const worker = new URL('./worker.ts', import.meta.url).href;

/** One for all SAML providers. Its thread starts when the first large document comes, and ends when idle for long. */
export function createFirstLock(options: FirstLockOptions = { queue: 16, timeout: 5000 }): FirstLock {
  let pool: Tinypool | undefined;
  let underWay = 0;

  const openElsewhere = async (task: FirstLockTask): Promise<Unlocked> => {
    if (underWay >= options.queue)
      throw new Failure('too_many_requests', { detail: 'saml.first_lock.busy', retryAfter: 5 });
    underWay += 1;
    const signal = AbortSignal.timeout(options.timeout);
    try {
      pool ??= new Tinypool({
        filename: worker,
        minThreads: 0,
        maxThreads: 1,
        idleTimeout: 10 * 60_000,
        resourceLimits: { maxOldGenerationSizeMb: 192 },
      });
      const answer: FirstLockAnswer = await pool.run(task, { signal });
      if (answer.kind === 'opened') return answer.unlocked;
      const { code, detail, message } = answer;
      throw new Failure(code, {
        ...(detail !== undefined && { detail }),
        ...(message !== undefined && { cause: new Error(message) }),
      });
    } catch (cause) {
      if (cause instanceof Failure) throw cause;
      if (signal.aborted)
        throw new Failure('too_many_requests', { detail: 'saml.first_lock.timeout', cause, retryAfter: 5 });
      throw rejected('first_lock.crashed', cause);
    } finally {
      underWay -= 1;
    }
  };

  return {
    open: async (task) => (task.xml.length <= opensHere ? openFirstLock(task) : openElsewhere(task)),
    close: async () => pool?.destroy(),
  };
}
