/** Two clocks, milliseconds: one that never goes back, and the time of day. */
export interface Clocks {
  readonly monotonic: () => number;
  readonly wall: () => number;
}

/** The clocks of this machine. */
export const machineClocks: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** A process's right to answer from what it remembers. */
export interface Lease {
  now(): Moment;
  /** This process has heard of every change that was made before `sent`, when it began to ask. */
  prove(sent: Moment): void;
  /** Nothing is proven any more. */
  lapse(): void;
  holds(): boolean;
}

/** How long a proof is good for, milliseconds. */
export const leaseLength = 400;

/**
 * A lease counts from before the question was sent, so that neither the way to the store nor the time a process was
 * stopped for makes it longer. Both clocks must agree: a suspended machine stops the monotonic one, and somebody may set
 * the other; whichever says that time has passed is believed.
 */
export function createLease(clocks: Clocks = machineClocks): Lease {
  const { monotonic, wall } = clocks;
  let provenAt = Number.NEGATIVE_INFINITY;
  let provenAtWall = 0;

  return {
    now: () => ({ monotonic: monotonic(), wall: wall() }),
    prove(sent) {
      if (sent.monotonic <= provenAt) return;
      provenAt = sent.monotonic;
      provenAtWall = sent.wall;
    },
    lapse() {
      provenAt = Number.NEGATIVE_INFINITY;
    },
    holds() {
      if (monotonic() - provenAt >= leaseLength) return false;
      const passed = wall() - provenAtWall;
      return passed < leaseLength && passed > -leaseLength;
    },
  };
}
