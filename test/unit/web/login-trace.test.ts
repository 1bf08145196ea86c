import { describe, expect, it } from '@jest/globals';
import type { LoginTraceRow } from '../../../src/directory/index.ts';
import { silentLog } from '../../../src/identity/index.ts';
import { createTraceKeeper, identityOf, mappingOf, maskedClaims } from '../../../src/web/login-trace.ts';
import { annAssertion } from '../../support/web-site.ts';

describe('claims in a trace', () => {
  it('are without what is secret, however deep', () => {
    const text = JSON.stringify(
      maskedClaims({
        sub: 'ann',
        nonce: 'n-1',
        at_hash: 'h',
        sid: 's',
        refresh_token: 'r',
        nested: { client_secret: 'c', list: [{ password: 'p' }] },
        copied: 'eyJhbGciOiJSUzI1NiJ9.e30.x',
      }),
    );
    expect(text).toContain('"sub":"ann"');
    for (const secret of ['n-1', '"h"', '"s"', '"r"', '"c"', '"p"', 'eyJ'])
      expect(text).not.toContain(secret);
  });

  it('are cut where they are endless', () => {
    const groups = Array.from({ length: 1_000 }, (_, index) => `group ${index}`);
    const masked = maskedClaims({ groups, long: 'x'.repeat(10_000) });
    expect(masked['groups']).toHaveLength(201);
    expect((masked['groups'] as string[]).at(-1)).toBe('… and 800 more');
    expect(String(masked['long'])).toHaveLength(501);
  });

  it('never take the tokens of the session along', () => {
    expect(JSON.stringify(identityOf(annAssertion))).not.toContain('secret-id-token');
  });
});

describe('the mapping in a trace', () => {
  const lines = { 'groups.map.Data Engineering': 12, 'groups.unmapped': 14 };
  const rule = (unmapped: 'ignore' | 'create') => ({
    lines,
    groups: {
      claims: [],
      whenMissing: 'keep' as const,
      map: [['Data Engineering', 'engineers'] as const],
      unmapped,
    },
  });
  const assertion = {
    ...annAssertion,
    groups: { kind: 'present' as const, names: ['Data Engineering', 'Other', 'engineers'] },
  };

  it('tells the line of the file for each group', () => {
    expect(mappingOf(assertion, rule('ignore'))).toEqual([
      { from: 'Data Engineering', to: 'engineers', line: 12 },
      { from: 'Other', to: undefined, line: 14 },
      { from: 'engineers', to: undefined, line: 14 },
    ]);
    // A name that the map hands out is not to be had by another way.
    expect(mappingOf(assertion, rule('create')).map(({ to }) => to)).toEqual([
      'engineers',
      'Other',
      undefined,
    ]);
  });
});

describe('keeping traces', () => {
  const row = (reference: string): LoginTraceRow => ({
    reference,
    at: 1,
    provider: 'okta',
    outcome: 'admitted',
    trace: { provider: 'okta' },
  });

  it('writes together what came together', async () => {
    const written: string[][] = [];
    const keeper = createTraceKeeper(
      { addTraces: async (rows) => void written.push(rows.map(({ reference }) => reference)) },
      silentLog,
    );
    for (const reference of ['a', 'b', 'c']) keeper.keep({ ...row(reference), trace: { provider: 'okta' } });
    await keeper.flush();
    expect(written).toEqual([['a', 'b', 'c']]);
  });

  it('tells the log when they cannot be written, and disturbs nobody', async () => {
    const warned: unknown[] = [];
    const keeper = createTraceKeeper(
      { addTraces: () => Promise.reject(new Error('no disk')) },
      { ...silentLog, warn: (fields) => void warned.push(fields) },
    );
    keeper.keep({ ...row('a'), trace: { provider: 'okta' } });
    await expect(keeper.flush()).resolves.toBeUndefined();
    expect(warned).toMatchObject([{ lost: 1 }]);
  });
});
