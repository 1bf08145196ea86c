import { Failure } from '../identity/index.ts';

/**
 * The result of `work`, or Failure('store_unavailable') after `milliseconds`: a paused database keeps its connections
 * open and says nothing. The signal tells `work` that nobody waits for it any more.
 */
export async function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const failure = new Failure('store_unavailable', { detail: 'directory.deadline' });
    controller.abort(failure);
    late.reject(failure);
  }, milliseconds);
  try {
    return await Promise.race([work(controller.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
