import { describe, expect, it } from '@jest/globals';
import { awaitStores } from '../../../src/cli/await-stores.ts';
import { Failure, type Log, silentLog } from '../../../src/identity/index.ts';

describe('waiting for a database at the start', () => {
  const away = () => new Failure('store_unavailable', { detail: 'directory.open' });
  const never = new AbortController().signal;

  it('goes on as soon as it is there, and says once that it waits', async () => {
    const warned: string[] = [];
    const log: Log = { ...silentLog, warn: (_, message) => void warned.push(message) };
    let tries = 0;
    const open = async () => {
      tries += 1;
      if (tries < 2) throw away();
      return 'open';
    };
    expect(await awaitStores(open, log, never)).toBe('open');
    expect([tries, warned]).toEqual([2, [expect.stringContaining('cannot be opened yet')]]);
  });

  it('gives up after its time, and at once for what waiting does not mend', async () => {
    const gone = awaitStores(async () => Promise.reject(away()), silentLog, never, 20);
    await expect(gone).rejects.toMatchObject({ code: 'store_unavailable' });
    let tries = 0;
    const newer = async () => {
      tries += 1;
      throw new Failure('internal', { detail: 'directory.newer' });
    };
    await expect(awaitStores(newer, silentLog, never)).rejects.toMatchObject({ code: 'internal' });
    expect(tries).toBe(1);
  });

  it('ends when the process is told to stop', async () => {
    const stop = new AbortController();
    const waiting = awaitStores(async () => Promise.reject(away()), silentLog, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
