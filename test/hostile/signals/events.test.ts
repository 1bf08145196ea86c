import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { openId, type Residents, startSignalsBench, type SignalsBench } from './bench.ts';
import { type EventCase, eventCases, goodEvent, sender, signedEvent, streamSecret } from './event-cases.ts';

const listening: Residents = {
  ...openId,
  providers: (op) => [
    oidcConfig({
      issuer: op.issuer,
      signals: {
        issuer: sender,
        jwksUrl: `${op.issuer}/jwks`,
        audience: ['doorward'],
        secret: streamSecret,
        token: undefined,
        poll: undefined,
      },
    }),
    oidcConfig({ id: 'elsewhere', issuer: 'https://elsewhere.example' }),
  ],
};

describe.each(['SQLite', 'Redis'])('security events, with the sessions in %s', (kind) => {
  let bench: SignalsBench;
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    redis = kind === 'Redis' ? await startRedis() : undefined;
    bench = await startSignalsBench(redis?.url, listening);
  });
  afterAll(async () => {
    await bench.close();
    await redis?.stop();
  });

  const tokenOf = async (one: EventCase): Promise<string> => {
    const good = goodEvent(bench, one);
    const claims = one.claims?.(good) ?? good;
    return (
      one.token?.(claims, bench) ?? signedEvent(claims, one.key?.(bench) ?? bench.op.state.key, one.header)
    );
  };

  it.each(eventCases.map((one) => [one.row, one.sentence, one] as const))(
    '%i: %s',
    async (_row, _sentence, one) => {
      await bench.reset();
      bench.op.behave(one.behaviour);
      await one.before?.(bench);
      const answers: Response[] = [];
      const send = async (given?: string): Promise<Response> => {
        const method = one.method ?? 'POST';
        const response = await fetch(`${bench.baseUrl}${one.path ?? '/sso/events/op'}`, {
          method,
          headers: {
            'content-type': 'application/secevent+jwt',
            authorization: `Bearer ${streamSecret}`,
            ...one.headers,
          },
          ...(method === 'POST' && { body: given ?? (await tokenOf(one)) }),
        });
        answers.push(response);
        return response;
      };
      const status = one.run === undefined ? (await send()).status : await one.run(send, bench);
      const { expected } = one;
      expect({ status, living: await bench.living() }).toEqual({
        status: expected.status,
        living: expected.living,
      });
      if (expected.off !== undefined) expect(Object.fromEntries(bench.deactivated)).toEqual(expected.off);
      else expect(bench.deactivated.size).toBe(0);
      const received = bench.events.filter((event) => event.type === 'signal.received');
      if (expected.effect !== undefined) {
        expect(received).toMatchObject([{ effect: expected.effect, actor: { kind: 'idp', name: 'op' } }]);
      }
      if (expected.status !== 202 && one.run === undefined) expect(received).toEqual([]);
      for (const event of bench.events) {
        if (event.type === 'session.ended') expect(event).toMatchObject({ cause: 'idp_event' });
      }
      for (const answer of answers) {
        const text = await answer.text();
        expect(answer.headers.get('cache-control')).toBe('no-store');
        if (answer.status === 202) expect(text).toBe('');
        else expect(answer.headers.get('content-type')).toContain('application/json');
        if (expected.err !== undefined) {
          expect(JSON.parse(text)).toEqual({ err: expected.err, description: expect.any(String) });
        }
        expect(text).not.toMatch(/oidc\.|signals\.|eyJ|a-secret/);
      }
    },
  );
});
