import type { Log } from '../identity/index.ts';
import type { Admission } from './types.ts';

/** A store has this long to answer, all questions of one request together. Milliseconds. */
const deadline = 1500;

const unavailable: Admission = { kind: 'unavailable' };

/** Asks the stores; when they fail, or take too long, nobody is let in. Never rejects. */
export async function inTime(work: () => Promise<Admission>, log: Log): Promise<Admission> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Admission>((resolve) => {
    timer = setTimeout(() => {
      log.warn({ deadline }, 'a store did not answer in time: nobody is let in');
      resolve(unavailable);
    }, deadline);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    log.warn({ err: error }, 'a store did not answer: nobody is let in');
    return unavailable;
  } finally {
    clearTimeout(timer);
  }
}
