import { leaseLength } from './lease.ts';

/** Writers ask here whether everybody has heard. */
export interface RollCalls {
  /**
   * Tells a change under this name, and waits until all processes that `tell` names have answered, or until none of their
   * leases can hold any more. Gives those that did not answer; rejects as `tell` does.
   */
  call(name: string, tell: () => Promise<readonly string[]>): Promise<readonly string[]>;
  answered(name: string, process: string): void;
}

/** A lease, with what two machines' clocks may differ by in so short a time, and a timer that fires early. */
export const patience = leaseLength * 1.1 + 20;

interface Call {
  readonly answers: Set<string>;
  check: () => void;
}

/** The roll calls of one writer. */
export function createRollCalls(): RollCalls {
  const calls = new Map<string, Call>();

  /** The time counts from here, when the change has been told. */
  async function wait(call: Call, processes: readonly string[]): Promise<readonly string[]> {
    const silent = () => processes.filter((process) => !call.answers.has(process));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      call.check = () => {
        if (silent().length > 0) return;
        clearTimeout(timer);
        resolve();
      };
      call.check();
    });
    return silent();
  }

  return {
    async call(name, tell) {
      // Before anybody is told, so that no answer comes too early.
      const call: Call = { answers: new Set(), check() {} };
      calls.set(name, call);
      try {
        return await wait(call, await tell());
      } finally {
        calls.delete(name);
      }
    },
    answered(name, process) {
      const call = calls.get(name);
      call?.answers.add(process);
      call?.check();
    },
  };
}
