import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startBench } from './bench.ts';
import { type Bench, play, summary, titleOf } from './case.ts';
import { oidcCases } from './cases.ts';

describe.each(['SQLite', 'Redis'])('a hostile OpenID provider, with the login state in %s', (kind) => {
  let bench: Bench & { close(): Promise<void> };
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    redis = kind === 'Redis' ? await startRedis() : undefined;
    bench = await startBench(redis?.url);
  });
  afterAll(async () => {
    await bench.close();
    await redis?.stop();
  });

  it.each(oidcCases.map((one) => [one.row, titleOf(one), one] as const))(
    '%i: %s',
    async (_row, _title, one) => {
      bench.rp.said.length = 0;
      const outcome = await play(one, bench);
      expect(summary(outcome, one.expected)).toEqual(one.expected);
      // No token, code, secret or claim of a person in the log or in the causes of a failure.
      expect(bench.rp.said.join('\n')).not.toMatch(/eyJ|a-client-secret|Bearer|Basic |acme\.example|code=/);
    },
  );
});
