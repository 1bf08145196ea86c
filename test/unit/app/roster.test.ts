import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { divergence, joinRoster } from '../../../src/app/roster.ts';
import type { GatewayProcess, Roster } from '../../../src/directory/index.ts';
import type { Log } from '../../../src/identity/index.ts';

/** A list in memory, and what a gateway that joins it says. */
function world(others: readonly Pick<GatewayProcess, 'id' | 'configVersion'>[] = []) {
  const rows = new Map<string, GatewayProcess>();
  const put = ({ id, configVersion }: Pick<GatewayProcess, 'id' | 'configVersion'>) =>
    rows.set(id, { id, configVersion, host: id, pid: 1, program: '1', startedAt: 0 });
  for (const each of others) put(each);
  let isAway = false;
  const guard = async <T>(work: () => T): Promise<T> => {
    if (isAway) throw new Error('away');
    return work();
  };
  const store: Roster = {
    seen: (process) => guard(() => void rows.set(process.id, process)),
    gone: (id) => guard(() => void rows.delete(id)),
    list: () => guard(() => [...rows.values()].map((row) => ({ ...row, age: 0 }))),
  };
  const said: string[] = [];
  const counts: number[] = [];
  const say = (level: string) => (fields: object, message: string) =>
    void said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error') };
  const config = { version: 'one' };
  const joined = (patience: number) =>
    joinRoster({
      store,
      configVersion: () => config.version,
      now: () => 5,
      log,
      onVersions: (count) => counts.push(count),
      every: 5,
      patience,
    });
  const until = async (condition: () => boolean) => {
    for (let tries = 0; tries < 400 && !condition(); tries += 1) await sleep(5);
    expect(condition()).toBe(true);
  };
  return { rows, put, said, counts, config, joined, until, away: (value: boolean) => (isAway = value) };
}

describe('the list of gateways', () => {
  it('names each version with who has it, and nothing when they agree', () => {
    const [a, b, c] = ['one', 'two', 'one'].map((configVersion, pid) => ({ host: 'h', pid, configVersion }));
    if (!a || !b || !c) throw new Error('three');
    expect(divergence([a, c])).toBeUndefined();
    expect(divergence([])).toBeUndefined();
    expect(divergence([a, b, c])).toEqual({ one: ['h:0', 'h:2'], two: ['h:1'] });
  });

  it('warns once while configurations differ, and says when they agree again', async () => {
    const { put, said, counts, config, joined, until } = world([{ id: 'other', configVersion: 'old' }]);
    const roster = joined(0);
    await until(() => said.length === 1);
    expect(said[0]).toMatch(/^warn gateways run with different configurations.*"old":\["other:1"\]/);
    const seen = counts.length;
    await until(() => counts.length > seen + 3);
    expect(said).toHaveLength(1);
    expect(counts.at(-1)).toBe(2);
    config.version = 'new';
    put({ id: 'other', configVersion: 'new' });
    await until(() => said.length === 2);
    expect(said[1]).toMatch(/^info all gateways run with the same configuration again.*"new"/);
    expect(counts.at(-1)).toBe(1);
    await roster.leave();
  });

  it('does not warn of a change that is on its way to all machines', async () => {
    const { put, said, counts, config, joined, until } = world([{ id: 'other', configVersion: 'one' }]);
    const roster = joined(60_000);
    await until(() => counts.length > 0);
    config.version = 'two';
    await until(() => counts.at(-1) === 2);
    put({ id: 'other', configVersion: 'two' });
    await until(() => counts.at(-1) === 1);
    expect(said).toEqual([]);
    await roster.leave();
  });

  it('leaves when it is stopped, and goes on when the store was away', async () => {
    const { rows, said, counts, joined, until, away } = world();
    away(true);
    const roster = joined(0);
    await sleep(20);
    expect(counts).toEqual([]);
    away(false);
    await until(() => rows.size === 1);
    await roster.leave();
    expect(rows.size).toBe(0);
    await sleep(20);
    expect([rows.size, said.length]).toEqual([0, 0]);
  });
});
