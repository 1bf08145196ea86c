import type { TransientStore } from '../sessions/index.ts';

/** A message that nobody else is working on, and that nobody has worked on before. */
export interface Claim {
  /** It has had its effect: not again for so long, milliseconds. */
  spend(ttl: number): Promise<void>;
  /** It has had none, and may come again. */
  release(): Promise<void>;
}

/** How long somebody may take to carry a message out; a process that dies meanwhile leaves it to the next attempt. */
const patience = 30_000;

/**
 * Claims a message by its id, over all processes: one of many callers gets it, until it is released. The others learn that
 * it was spent, or that somebody is busy with it.
 */
export async function claim(
  transient: Pick<TransientStore, 'addOnce' | 'put' | 'take' | 'get'>,
  kind: string,
  id: string,
): Promise<Claim | 'spent' | 'busy'> {
  if (!(await transient.addOnce(kind, id, patience))) {
    return (await transient.get(kind, id)) === 'spent' ? 'spent' : 'busy';
  }
  return {
    spend: (ttl) => transient.put(kind, id, 'spent', ttl),
    async release() {
      await transient.take(kind, id);
    },
  };
}
