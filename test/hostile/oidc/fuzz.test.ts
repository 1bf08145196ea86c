import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fuzzProgress, fuzzRuns } from '../../support/fuzz-progress.ts';
import { signedByHand } from '../../support/hostile-op.ts';
import { answer, loginUpToCallback, logIn, testBrowser } from '../../support/oidc-rp.ts';
import { startBench } from './bench.ts';
import type { Bench } from './case.ts';

/** More by `FUZZ_RUNS=5000`. */
const numRuns = fuzzRuns(60);

describe('an OpenID login, with anything changed', () => {
  let bench: Bench & { close(): Promise<void> };
  beforeAll(async () => {
    bench = await startBench();
    bench.rp.configure({ issuer: bench.op.issuer });
  });
  afterAll(() => bench.close());

  it(
    'is the person of the signed token for us, now, for this login, or nobody',
    async () => {
      const { op, rp } = bench;
      const now = Math.floor(Date.now() / 1000);
      const tick = fuzzProgress('claims of ID tokens', numRuns);
      const name = fc.constantFrom(
        'iss',
        'sub',
        'aud',
        'azp',
        'exp',
        'iat',
        'nbf',
        'nonce',
        'auth_time',
        'at_hash',
        'tid',
      );
      const value = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom<unknown>(
          undefined,
          'doorward',
          ['doorward'],
          ['doorward', 'x'],
          op.issuer,
          now,
          now + 1e9,
          0,
          '',
          'root',
        ),
      );
      await fc.assert(
        fc.asyncProperty(fc.dictionary(name, value, { minKeys: 1, maxKeys: 3 }), async (changes) => {
          tick();
          let sent: Record<string, unknown> = {};
          op.behave({
            claims: (claims) => (sent = JSON.parse(JSON.stringify({ ...claims, ...changes })) as typeof sent),
          });
          const outcome = await logIn(rp);
          if (outcome.kind === 'failed') {
            expect(outcome.code).toBe('login_rejected');
            return;
          }
          expect(outcome).toMatchObject({
            kind: 'asserted',
            assertion: { issuer: op.issuer, subject: sent['sub'] },
          });
          expect([sent['aud']].flat()).toContain('doorward');
          expect([undefined, 'doorward']).toContain(sent['azp']);
          expect(Number(sent['exp'])).toBeGreaterThan(now - 60);
          expect(Number(sent['iat'])).toBeLessThan(now + 60);
          expect(sent['at_hash']).toBeUndefined();
        }),
        { numRuns },
      );
    },
    numRuns * 500,
  );

  it(
    'with anything in the header of its token is the person of the provider’s key, or nobody',
    async () => {
      const { op, rp, keys } = bench;
      const tick = fuzzProgress('headers of ID tokens', numRuns);
      const name = fc.constantFrom(
        'alg',
        'kid',
        'typ',
        'cty',
        'crit',
        'jwk',
        'jku',
        'x5c',
        'x5u',
        'b64',
        'zip',
        'enc',
        'iss',
        '__proto__',
      );
      const value = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom<unknown>(
          undefined,
          'RS256',
          'none',
          'HS256',
          'PS256',
          'JWT',
          'at+jwt',
          ['exp'],
          true,
          keys.other.kid,
          keys.other.publicJwk,
        ),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.dictionary(name, value, { minKeys: 1, maxKeys: 3 }),
          fc.boolean(),
          async (changes, forged) => {
            tick();
            op.behave({
              idToken: (claims, { key }) =>
                signedByHand(claims, { alg: key.alg, kid: key.kid, ...changes }, forged ? keys.other : key),
            });
            const outcome = await logIn(rp);
            if (outcome.kind === 'failed') {
              expect(outcome.code).toBe('login_rejected');
              return;
            }
            expect(forged).toBe(false);
            expect(outcome).toMatchObject({
              kind: 'asserted',
              assertion: { issuer: op.issuer, subject: 'ann' },
            });
            expect([undefined, 'RS256']).toContain(changes['alg']);
            expect(changes['crit']).toBeUndefined();
            expect(String(changes['typ'] ?? '')).not.toContain('+');
          },
        ),
        { numRuns },
      );
    },
    numRuns * 500,
  );

  it(
    'with other parameters at the callback is the same login, or none, and never an error of ours',
    async () => {
      const { op, rp } = bench;
      const tick = fuzzProgress('parameters of callbacks', numRuns);
      const name = fc.constantFrom(
        'state',
        'code',
        'iss',
        'error',
        'response',
        'id_token',
        'token',
        'session_state',
        '__proto__',
      );
      const change = fc.record({
        name,
        how: fc.constantFrom('set', 'append', 'delete', 'twist'),
        value: fc.string({ unit: 'binary', maxLength: 60 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
          tick();
          op.behave();
          const browser = testBrowser();
          const callback = await loginUpToCallback(rp, browser);
          const { searchParams } = callback;
          const good = new URLSearchParams(searchParams);
          for (const { name, how, value } of changes) {
            if (how === 'delete') searchParams.delete(name);
            else if (how === 'append') searchParams.append(name, value);
            else searchParams.set(name, how === 'set' ? value : `${searchParams.get(name) ?? ''}${value}`);
          }
          const outcome = await answer(browser, callback);
          if (outcome.kind === 'failed') {
            expect(['login_rejected', 'login_state_unknown', 'idp_unavailable']).toContain(outcome.code);
          } else if (outcome.kind === 'asserted') {
            expect(searchParams.getAll('state')).toEqual(good.getAll('state'));
            expect(searchParams.getAll('code')).toEqual(good.getAll('code'));
            expect(['', op.issuer]).toContain(searchParams.get('iss') ?? '');
            expect(searchParams.get('error') ?? '').toBe('');
          } else {
            expect(searchParams.get('error')).not.toBe('');
            expect(searchParams.getAll('state')).toEqual(good.getAll('state'));
          }
        }),
        { numRuns },
      );
    },
    numRuns * 500,
  );
});
