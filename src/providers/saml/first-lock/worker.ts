/** The worker's file: one large document in, what the first lock made of it out. Runs under plain Node, which strips the types. */
import { Failure } from '../../../identity/index.ts';
import { openFirstLock } from './open.ts';
import type { FirstLockAnswer, FirstLockTask } from './task.ts';

export default function open(task: FirstLockTask): FirstLockAnswer {
  try {
    return { kind: 'opened', unlocked: openFirstLock(task) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, detail, cause } = error;
    return { kind: 'refused', code, detail, message: cause instanceof Error ? cause.message : undefined };
  }
}
