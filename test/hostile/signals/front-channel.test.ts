import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assertionOf, startSignalsBench, type SignalsBench } from './bench.ts';

const everybody = ['ann', 'ann at another computer', 'ann by another provider', 'bob'];
const without = (...gone: string[]): string[] => everybody.filter((name) => !gone.includes(name));

interface FrontChannelCase {
  readonly row: 38;
  readonly sentence: string;
  readonly query: (issuer: string) => string;
  readonly path?: string;
  readonly method?: string;
  readonly expected: { readonly status: number; readonly living: readonly string[] };
}

const refused = { status: 400, living: everybody } as const;
const iss = (issuer: string): string => `iss=${encodeURIComponent(issuer)}`;

const cases: readonly FrontChannelCase[] = [
  {
    row: 38,
    sentence: 'iss and sid end that session',
    query: (issuer) => `${iss(issuer)}&sid=sid-ann`,
    expected: { status: 200, living: without('ann') },
  },
  {
    row: 38,
    sentence: 'the sid of nobody is answered in the same way',
    query: (issuer) => `${iss(issuer)}&sid=nobody`,
    expected: { status: 200, living: everybody },
  },
  { row: 38, sentence: 'no sid', query: iss, expected: refused },
  { row: 38, sentence: 'no iss', query: () => 'sid=sid-ann', expected: refused },
  { row: 38, sentence: 'nothing at all', query: () => '', expected: refused },
  { row: 38, sentence: 'a sid that is empty', query: (issuer) => `${iss(issuer)}&sid=`, expected: refused },
  {
    row: 38,
    sentence: 'two sids',
    query: (issuer) => `${iss(issuer)}&sid=sid-ann&sid=sid-bob`,
    expected: refused,
  },
  {
    row: 38,
    sentence: 'two issuers',
    query: (issuer) => `${iss(issuer)}&${iss('https://evil.example')}&sid=sid-ann`,
    expected: refused,
  },
  {
    row: 38,
    sentence: 'another issuer',
    query: () => `${iss('https://evil.example')}&sid=sid-ann`,
    expected: refused,
  },
  {
    row: 38,
    sentence: 'the issuer with a slash behind it',
    query: (issuer) => `${iss(`${issuer}/`)}&sid=sid-ann`,
    expected: refused,
  },
  {
    row: 38,
    sentence: 'the issuer of one provider at the address of another',
    query: (issuer) => `${iss(issuer)}&sid=sid-ann`,
    path: '/sso/frontchannel/elsewhere',
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a sub in place of the sid',
    query: (issuer) => `${iss(issuer)}&sub=ann`,
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a POST',
    query: (issuer) => `${iss(issuer)}&sid=sid-ann`,
    method: 'POST',
    expected: { status: 405, living: everybody },
  },
  {
    row: 38,
    sentence: 'a HEAD, as a scanner of links sends it',
    query: (issuer) => `${iss(issuer)}&sid=sid-ann`,
    method: 'HEAD',
    expected: { status: 405, living: everybody },
  },
];

describe('front-channel logout', () => {
  let bench: SignalsBench;
  beforeAll(async () => {
    bench = await startSignalsBench();
  });
  afterAll(() => bench.close());

  it.each(cases.map((one) => [one.row, one.sentence, one] as const))(
    '%i: %s',
    async (_row, _sentence, one) => {
      await bench.reset();
      const { issuer } = bench.op;
      const url = `${bench.baseUrl}${one.path ?? '/sso/frontchannel/op'}?${one.query(issuer)}`;
      const response = await fetch(url, { method: one.method ?? 'GET' });
      expect({ status: response.status, living: await bench.living() }).toEqual(one.expected);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const policy = response.headers.get('content-security-policy') ?? '';
      const html = await response.text();
      if (response.status === 200) {
        // Pages of the provider may hold it in a frame, and no others; nothing in it runs or loads.
        expect(policy).toBe(
          `default-src 'none';frame-ancestors ${issuer};base-uri 'none';form-action 'none'`,
        );
        expect(response.headers.get('x-frame-options')).toBeNull();
        expect(html.length).toBeLessThan(200);
      } else if (one.method !== 'HEAD') expect(policy).toContain("frame-ancestors 'none'");
      expect(html).not.toMatch(/sid-ann|signals\./);
      for (const event of bench.events) {
        expect(event).toMatchObject({
          type: 'session.ended',
          cause: 'idp_logout',
          actor: { kind: 'idp', name: 'op' },
        });
      }
    },
  );

  it('38: a login that was under way with that sid is dead', async () => {
    await bench.reset();
    const now = Date.now();
    await fetch(`${bench.baseUrl}/sso/frontchannel/op?${iss(bench.op.issuer)}&sid=sid-ann`);
    expect(await bench.signals.endedAtIdp(assertionOf(bench, now - 2_000), now - 1_000)).toBe(true);
    expect(await bench.signals.endedAtIdp(assertionOf(bench, now + 5_000), now + 5_000)).toBe(false);
  });
});
