import { describe, expect, it } from '@jest/globals';
import { createChain } from '../../../src/sessions/redis/chain.ts';

describe('the chain of changes', () => {
  const following = () => {
    const chain = createChain();
    chain.adopt('start');
    return chain;
  };

  it('sees that a change was missed', () => {
    const chain = following();
    expect(chain.apply('start', 'a')).toBe(true);
    expect(chain.apply('b', 'c')).toBe(false);
    expect(chain.apply('c', 'd')).toBe(true);
  });

  it('has heard of nothing before it adopted a beginning', () => {
    const chain = createChain();
    expect(chain.apply('x', 'y')).toBe(false);
    expect(createChain().compare('x', 0)).toBe('behind');
  });

  it('has heard of the newest change that the store names, also when more came meanwhile', () => {
    const chain = following();
    const mark = chain.mark();
    chain.apply('start', 'a');
    chain.apply('a', 'b');
    expect(chain.compare('a', mark)).toBe('heard');
    expect(chain.compare('start', mark)).toBe('heard');
  });

  it('is behind when the store names a change that it does not know', () => {
    expect(following().compare('a', 1)).toBe('behind');
  });

  it('sees that the store has lost changes it had told of', () => {
    const chain = following();
    chain.apply('start', 'a');
    expect(chain.compare('start', chain.mark())).toBe('rolled_back');
  });

  it('does not take a change for one that it knew before it began anew', () => {
    const chain = following();
    chain.apply('start', 'a');
    chain.adopt('later');
    expect(chain.compare('a', 0)).toBe('behind');
    expect(chain.apply('later', 'b')).toBe(true);
  });

  it('remembers only so many', () => {
    const chain = following();
    let before = 'start';
    for (let index = 0; index < 1_500; index++) {
      chain.apply(before, `change-${index}`);
      before = `change-${index}`;
    }
    expect(chain.compare('start', 0)).toBe('behind');
    expect(chain.compare('change-1400', 0)).toBe('heard');
  });
});
