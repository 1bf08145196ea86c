import type { Verdict } from './fleet.ts';

/** What one person may do at a moment: nothing, or come in with these groups and this role. */
export interface Truth {
  readonly admitted: boolean;
  readonly groups: readonly string[];
  readonly role: string;
}

/**
 * What was true of one session, and when: an answer is right if it was true at some moment between asking and hearing it.
 * A change is true for certain once it was acknowledged, and may be true from when it was begun.
 */
export interface History {
  /** Carries the change out; from its acknowledgement on only `truth` counts. */
  change(truth: Truth, carryOut: () => Promise<unknown>): Promise<void>;
  /** What is true now, for the next change to build on. */
  now(): Truth;
  /** To be called when a request is sent; gives what to ask of its answer: is it right? */
  asking(): (verdict: Verdict) => boolean;
  /** A change that failed may or may not have happened: both are right from now on, until the next one is acknowledged. */
  readonly uncertain: boolean;
}

interface Version {
  readonly truth: Truth;
  /** False while it may not be true yet, or no more for certain. */
  acknowledged: boolean;
}

/** A history that begins with this truth. */
export function createHistory(first: Truth): History {
  let versions: Version[] = [{ truth: first, acknowledged: true }];
  const open = new Set<Version[]>();

  return {
    async change(truth, carryOut) {
      const version: Version = { truth, acknowledged: false };
      versions.push(version);
      for (const asked of open) asked.push(version);
      await carryOut();
      version.acknowledged = true;
      versions = [version];
    },
    now: () => versions.at(-1)?.truth ?? first,
    asking() {
      const possible = [...versions];
      open.add(possible);
      return (verdict) => {
        open.delete(possible);
        return possible.some(({ truth }) => fits(verdict, truth));
      };
    },
    get uncertain() {
      return versions.length > 1;
    },
  };
}

/** Nobody who is not admitted is wrong for a gateway that could not find out (503) or is not there (0): that is no admission. */
function fits(verdict: Verdict, truth: Truth): boolean {
  if (verdict.status === 503 || verdict.status === 0) return true;
  if (!truth.admitted) return verdict.status === 401 || verdict.status === 403;
  return verdict.status === 202 && verdict.groups === truth.groups.join(',') && verdict.role === truth.role;
}
