import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { Failure, silentLog } from '../../../src/identity/index.ts';
import { createProviders, type ProviderTokens } from '../../../src/providers/index.ts';
import { type Behaviour, type HostileOp, opKey, startHostileOp } from '../../support/hostile-op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';

type Json = Record<string, unknown>;

interface RefreshCase {
  readonly row: 24 | 25 | 33 | 38;
  readonly sentence: string;
  readonly behaviour: Behaviour;
  /** What it comes to: the answer's kind with the person's groups, or the label of the failure. */
  readonly expected: unknown;
}

const put = (changes: Json): Behaviour => ({ claims: (claims) => ({ ...claims, ...changes }) });
const withoutIdToken = (response: Json): Json => {
  const { id_token: _gone, ...rest } = response;
  return rest;
};
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const failed = (detail: string, code = 'login_rejected') => ({ code, detail: `oidc.${detail}` });

/** An answer of the token endpoint to a refresh token; none of them may be believed but the good ones. */
const cases: readonly RefreshCase[] = [
  {
    row: 25,
    sentence: 'a good answer with a new ID token',
    behaviour: {},
    expected: { kind: 'confirmed', groups: ['engineers'] },
  },
  {
    row: 25,
    sentence: 'a good answer without one: userinfo says who it is',
    behaviour: { token: withoutIdToken },
    expected: { kind: 'confirmed', groups: ['engineers'] },
  },
  {
    row: 25,
    sentence:
      'neither a new ID token nor a word of groups: nothing new is said, and the old one is not believed anew',
    behaviour: { token: withoutIdToken, userinfo: () => ({ sub: 'ann' }) },
    expected: { kind: 'confirmed', groups: undefined },
  },
  {
    row: 33,
    sentence: 'an ID token of another person',
    behaviour: put({ sub: 'bob' }),
    expected: failed('refresh_subject'),
  },
  {
    row: 33,
    sentence: 'userinfo of another person',
    behaviour: { token: withoutIdToken, userinfo: (claims) => ({ ...(claims as Json), sub: 'bob' }) },
    expected: failed('sub'),
  },
  {
    row: 25,
    sentence: 'an ID token of another issuer',
    behaviour: put({ iss: 'https://evil.example' }),
    expected: failed('iss'),
  },
  {
    row: 25,
    sentence: 'an ID token for another client',
    behaviour: put({ aud: 'other' }),
    expected: failed('aud'),
  },
  {
    row: 25,
    sentence: 'an ID token whose azp is another client',
    behaviour: put({ azp: 'other' }),
    expected: failed('azp'),
  },
  {
    row: 25,
    sentence: 'an ID token that has expired',
    behaviour: put({ iat: 1, exp: 2 }),
    expected: failed('exp'),
  },
  { row: 25, sentence: 'an ID token from the future', behaviour: put({ iat: 9e9 }), expected: failed('iat') },
  {
    row: 24,
    sentence: 'an ID token with alg none',
    behaviour: { idToken: (claims) => `${encode({ alg: 'none' })}.${encode(claims)}.` },
    expected: failed('alg'),
  },
  {
    row: 24,
    sentence: 'an ID token signed with the client secret',
    behaviour: {
      idToken(claims) {
        const text = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
        return `${text}.${createHmac('sha256', 'a-client-secret-of-forty-characters-0123').update(text).digest('base64url')}`;
      },
    },
    expected: failed('alg'),
  },
  {
    row: 24,
    sentence: 'an ID token whose signature does not hold',
    behaviour: { tamper: (jwt) => `${jwt.slice(0, -8)}AAAAAAAA` },
    expected: failed('signature'),
  },
  {
    row: 38,
    sentence: 'the endpoint is down: it is not known',
    behaviour: { status: { '/token': 503 } },
    expected: failed('http_status', 'idp_unavailable'),
  },
  {
    row: 38,
    sentence: 'the endpoint answers a page in place of JSON: it is not known',
    behaviour: { status: { '/token': 200 } },
    expected: expect.objectContaining({ code: 'login_rejected' }),
  },
];

describe('what the token endpoint says to a refresh token', () => {
  let op: HostileOp;
  let tokens: ProviderTokens;
  beforeAll(async () => {
    op = await startHostileOp(await opKey());
  });
  afterAll(() => op.close());

  async function refresh(behaviour: Behaviour): Promise<unknown> {
    op.behave({ careless: true, ...behaviour });
    const built = createProviders(
      {
        baseUrl: 'https://catalog.example',
        prefix: '/sso',
        login: { timeout: 600_000, maxPerMinutePerAddress: 1, maxPerMinutePerProvider: 1 },
        providers: [oidcConfig({ issuer: op.issuer })],
      },
      {
        transient: { put: async () => {}, take: async () => undefined, addOnce: async () => true },
        log: silentLog,
        now: Date.now,
      },
    ).get('op')?.tokens;
    if (built === undefined) throw new Error('no provider');
    tokens = built;
    const idToken = `${encode({ alg: 'RS256' })}.${encode({ iss: op.issuer, sub: 'ann', groups: ['old'] })}.x`;
    const refreshToken = randomBytes(8).toString('hex');
    try {
      const outcome = await tokens.refresh({
        issuer: op.issuer,
        subject: 'ann',
        idp: { idToken, refreshToken },
      });
      if (outcome.kind === 'ended') return outcome;
      const assertion = await outcome.identify();
      const { groups } = assertion ?? {};
      return { kind: 'confirmed', groups: groups?.kind === 'present' ? groups.names : undefined };
    } catch (error) {
      return error instanceof Failure ? { code: error.code, detail: error.detail } : error;
    }
  }

  it.each(cases.map((one) => [one.row, one.sentence, one] as const))(
    '%i: %s',
    async (_row, _sentence, one) => {
      expect(await refresh(one.behaviour)).toEqual(one.expected);
    },
  );

  it.each([
    ['invalid_grant', 'ended'],
    ['login_required', 'ended'],
    ['interaction_required', 'ended'],
    ['access_denied', 'ended'],
    ['invalid_client', 'oidc.error_invalid_client'],
    ['invalid_request', 'oidc.error_invalid_request'],
    ['temporarily_unavailable', 'oidc.error_temporarily_unavailable'],
  ])('38: the error %s comes to %s', async (error, expected) => {
    const outcome = (await refresh({ token: () => ({ error }), tokenStatus: 400 })) as Json;
    expect(outcome['kind'] ?? outcome['detail']).toBe(expected);
  });
});
