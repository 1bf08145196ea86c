import { afterAll, describe, expect, it } from '@jest/globals';
import { createSecondLock } from '../../../src/providers/saml/index.ts';
import { cases } from './cases.ts';
import { judge } from './judge.ts';

const secondLock = createSecondLock({ threads: 1, queue: 8, timeout: 30_000 });
afterAll(() => secondLock.close());

const rows = Map.groupBy(cases, ({ row }) => row);

describe.each([...rows])('hostile SAML, row %i of the list', (_row, those) => {
  it.each(those.map((one) => [one.sentence, one] as const))('%s', async (_sentence, one) => {
    const judgement = await judge(one, secondLock);
    if (one.verdict === 'accepted') {
      expect(judgement.verdict).toBe('accepted');
      expect(judgement.assertion).toMatchObject(one.identity ?? {});
      expect(judgement.records).toBe(1);
      return;
    }
    expect(judgement.verdict).toBe(`${one.verdict.code} ${one.verdict.detail}`);
    expect(judgement.assertion).toBeUndefined();
    expect(judgement.records).toBe(0);
    // What a browser may see is the fixed sentence of the code, whatever the cause says.
    expect(judgement.failure?.message).not.toMatch(/saml|xml|node|signature/i);
  });
});
