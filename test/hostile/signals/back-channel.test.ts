import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type BackChannelCase, backChannelCases, goodClaims, signed } from './back-channel-cases.ts';
import { startSignalsBench, type SignalsBench } from './bench.ts';

describe.each(['SQLite', 'Redis'])('back-channel logout, with the sessions in %s', (kind) => {
  let bench: SignalsBench;
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    redis = kind === 'Redis' ? await startRedis() : undefined;
    bench = await startSignalsBench(redis?.url);
  });
  afterAll(async () => {
    await bench.close();
    await redis?.stop();
  });

  it.each(backChannelCases.map((one) => [one.row, one.sentence, one] as const))(
    '%i: %s',
    async (_row, _sentence, one) => {
      await bench.reset(one.config);
      bench.op.behave(one.behaviour);
      const answers: Response[] = [];
      const send = async (given?: string): Promise<Response> => {
        const token = given ?? (await tokenOf(one));
        const init = one.request?.(token) ?? {
          method: 'POST',
          body: new URLSearchParams({ logout_token: token }),
        };
        const response = await fetch(`${bench.baseUrl}${one.path ?? '/sso/backchannel/op'}`, init);
        answers.push(response);
        return response;
      };
      const found = one.run === undefined ? (await send()).status : await one.run(send, bench);
      expect({ status: found, living: await bench.living() }).toEqual(one.expected);
      for (const answer of answers) {
        expect(answer.headers.get('cache-control')).toBe('no-store');
        const text = await answer.text();
        // Empty when it went well; otherwise the fixed sentence of a code, and nothing of the cause.
        if (answer.status === 200) expect(text).toBe('');
        else expect(text).toMatch(/^\{"error":/);
        expect(text).not.toMatch(/sid-ann|jti|events|signature|oidc\./);
      }
    },
  );

  async function tokenOf(one: BackChannelCase): Promise<string> {
    const good = goodClaims(bench);
    const claims = one.claims?.(good, bench) ?? good;
    return one.token?.(claims, bench) ?? signed(claims, one.key?.(bench) ?? bench.op.state.key, one.header);
  }
});
