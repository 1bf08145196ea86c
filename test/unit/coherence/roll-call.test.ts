import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createRollCalls, patience } from '../../../src/coherence/index.ts';

describe('a roll call', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is over when everybody has answered, early answers included', async () => {
    const calls = createRollCalls();
    const silent = calls.call('one', async () => {
      calls.answered('one', 'a');
      return ['a', 'b'];
    });
    await jest.advanceTimersByTimeAsync(10);
    calls.answered('one', 'b');
    expect(await silent).toEqual([]);
  });

  it('waits until no lease can hold any more, and names those that said nothing', async () => {
    const calls = createRollCalls();
    let over = false;
    const silent = calls.call('one', async () => ['a', 'b']).finally(() => (over = true));
    await jest.advanceTimersByTimeAsync(1);
    calls.answered('one', 'a');
    calls.answered('another', 'b');
    await jest.advanceTimersByTimeAsync(patience - 2);
    expect(over).toBe(false);
    await jest.advanceTimersByTimeAsync(2);
    expect(await silent).toEqual(['b']);
  });

  it('waits for nobody where nobody reads', async () => {
    expect(await createRollCalls().call('one', async () => [])).toEqual([]);
  });

  it('fails as telling fails', async () => {
    const told = createRollCalls().call('one', () => Promise.reject(new Error('gone')));
    await expect(told).rejects.toThrow('gone');
  });
});
