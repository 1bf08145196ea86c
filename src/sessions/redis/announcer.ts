import { createRollCalls, patience } from '../../coherence/index.ts';
import { announceChange, run, strikeOff } from './scripts.ts';
import type { ChannelNames, RedisClient } from './names.ts';

/** The writer's side: tells every process what is no longer true, and waits until none can answer from it. */
export interface Announcer {
  /**
   * Resolves once no process answers from what it remembered of these sessions. Rejects when the change could not be
   * told; it is told with the next one then, or by {@link settleDebts}.
   */
  announce(digests: readonly string[]): Promise<void>;
  settleDebts(): Promise<void>;
  /** An answer came to our channel: the change and the process that has heard. */
  answered(change: string, process: string): void;
}

interface AnnouncerOptions {
  readonly client: RedisClient;
  readonly names: ChannelNames;
  /** This process, which has told itself already. */
  readonly self: string;
  /** Ready to hear answers; may take a moment, never rejects. */
  readonly listening: () => Promise<void>;
}

/** Digests told in one message. */
const batch = 1000;

/** What a store's first change follows: whoever trusts a cache may then be unknown to it. */
const birth = 'born.';

/** The name of the newest change where there has been none. */
export function birthName(self: string): string {
  return `${birth}${self}`;
}

/** Announces changes under names of this process. */
export function createAnnouncer({ client, names, self, listening }: AnnouncerOptions): Announcer {
  const calls = createRollCalls();
  const debts = new Set<string>();
  let changes = 0;

  async function tell(digests: readonly string[]): Promise<void> {
    const id = `${self}.${++changes}`;
    const beats = new Map<string, string>();
    let newborn = false;
    const silent = await calls.call(id, async () => {
      const answer = await run(
        client,
        announceChange,
        [names.head, names.processes],
        [id, names.changes, digests.join(' ')],
      );
      const [before, processes] = answer as [string, string[]];
      newborn = before === '' || before.startsWith(birth);
      for (let index = 0; index < processes.length; index += 2)
        beats.set(processes[index] ?? '', processes[index + 1] ?? '');
      beats.delete(self);
      return [...beats.keys()];
    });
    if (silent.length > 0) await strike(silent, beats);
    else if (newborn) await new Promise((resolve) => setTimeout(resolve, patience));
  }

  /** Processes that died without a word: nobody waits for them again. Those that have beaten since stay. */
  async function strike(silent: readonly string[], beats: ReadonlyMap<string, string>): Promise<void> {
    const args = silent.flatMap((process) => [process, beats.get(process) ?? '']);
    await run(client, strikeOff, [names.processes], args).catch(() => undefined);
  }

  async function announce(digests: readonly string[]): Promise<void> {
    const due = [...new Set([...debts, ...digests])];
    try {
      await listening();
      for (let start = 0; start < due.length; start += batch) await tell(due.slice(start, start + batch));
    } catch (error) {
      for (const digest of due) debts.add(digest);
      throw error;
    }
    for (const digest of due) debts.delete(digest);
  }

  return {
    announce,
    async settleDebts() {
      if (debts.size > 0) await announce([]);
    },
    answered: (change, process) => calls.answered(change, process),
  };
}
