import { describe, expect, it } from '@jest/globals';
import { createLease } from '../../../src/coherence/index.ts';

function clocks() {
  const at = { monotonic: 1_000, wall: 1_700_000_000_000 };
  return {
    at,
    pass(milliseconds: number) {
      at.monotonic += milliseconds;
      at.wall += milliseconds;
    },
    lease: createLease({ monotonic: () => at.monotonic, wall: () => at.wall }),
  };
}

describe('a lease', () => {
  it('does not hold before anything was proven', () => {
    expect(clocks().lease.holds()).toBe(false);
  });

  it('counts from before the question was sent, however long the answer took', () => {
    const { lease, pass } = clocks();
    const sent = lease.now();
    pass(399);
    lease.prove(sent);
    expect(lease.holds()).toBe(true);
    pass(1);
    expect(lease.holds()).toBe(false);
  });

  it('has run out when a stopped process wakes up, and is not revived by an answer from before', () => {
    const { lease, pass } = clocks();
    lease.prove(lease.now());
    const sent = lease.now();
    pass(60_000);
    lease.prove(sent);
    expect(lease.holds()).toBe(false);
  });

  it('is not held longer by a late answer to an earlier question', () => {
    const { lease, pass } = clocks();
    const early = lease.now();
    pass(200);
    lease.prove(lease.now());
    lease.prove(early);
    pass(399);
    expect(lease.holds()).toBe(true);
    pass(1);
    expect(lease.holds()).toBe(false);
  });

  it('believes whichever clock says that time has passed, as after a suspended machine', () => {
    const { lease, at } = clocks();
    lease.prove(lease.now());
    at.wall += 5_000;
    expect(lease.holds()).toBe(false);
  });

  it('is not made longer by a time of day that is set back', () => {
    const { lease, at, pass } = clocks();
    lease.prove(lease.now());
    at.wall -= 3_600_000;
    expect(lease.holds()).toBe(false);
    lease.prove({ ...lease.now(), monotonic: at.monotonic + 1 });
    pass(401);
    at.wall -= 401;
    expect(lease.holds()).toBe(false);
  });

  it('lapses when told to', () => {
    const { lease } = clocks();
    lease.prove(lease.now());
    lease.lapse();
    expect(lease.holds()).toBe(false);
  });
});
