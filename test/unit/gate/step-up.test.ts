import { describe, expect, it } from '@jest/globals';
import type { PolicyRuleConfig } from '../../../src/config/index.ts';
import { loginUrls, stepUpChallenge, undescribed, type StepUp } from '../../../src/gate/index.ts';
import { askedMaxAge, checkStepUp } from '../../../src/providers/step-up.ts';
import { stepUpOf } from '../../../src/web/step-up.ts';
import { gateWorld } from '../../support/gate-world.ts';

const minute = 60_000;
const rule = (changes: Partial<PolicyRuleConfig>): PolicyRuleConfig => ({
  file: 'gateway.yaml',
  line: 1,
  hosts: [],
  paths: [],
  methods: [],
  allow: 'signed-in',
  recent: undefined,
  acr: [],
  ...changes,
});
const billing = { path: '/billing', exact: false };

describe('a rule that wants more than any sign-in', () => {
  const world = gateWorld({
    policy: [rule({ paths: [billing], recent: 15 * minute, acr: ['urn:mfa'] }), rule({})],
  });
  const ask = (cookie: string, path: string) =>
    world.gate.admit({ cookie, host: 'catalog.example', path, method: 'GET' });

  it('lets a recent one of that context in, and asks of others a step up', async () => {
    const strong = world.signIn('strong', { authTimeStated: true, acr: 'urn:mfa' });
    const weak = world.signIn('weak', { authTimeStated: true });
    const unsaid = world.signIn('unsaid', { acr: 'urn:mfa' });
    expect(await ask(strong, '/billing/x')).toMatchObject({ kind: 'admitted' });
    for (const cookie of [weak, unsaid]) {
      expect(await ask(cookie, '/billing')).toEqual({
        kind: 'step_up',
        provider: 'okta',
        maxAge: 15 * minute,
        acr: ['urn:mfa'],
      });
      expect(await ask(cookie, '/tables')).toMatchObject({ kind: 'admitted' });
    }
    world.now += 15 * minute + 1;
    expect(await ask(strong, '/billing/x')).toMatchObject({ kind: 'step_up' });
    expect(world.counters.step_up).toBe(3);
  });

  it('does not hold for the gateway’s own pages', async () => {
    const cookie = world.signIn('own');
    const own = { cookie, host: undefined, path: undefined, method: 'GET', own: true };
    expect(await world.gate.admit(own)).toMatchObject({ kind: 'admitted' });
  });
});

describe('the way to a stronger sign-in', () => {
  const wanted: StepUp = { kind: 'step_up', provider: 'okta', maxAge: 15 * minute, acr: ['urn:a b', 'ü"'] };
  const url = loginUrls({ baseUrl: 'https://sso.example', prefix: '/sso', hosts: [] });

  it('leads to the provider of the session, says what is wanted, and comes back', () => {
    const login = new URL(url({ ...undescribed, target: '/billing?x=1' }, wanted));
    expect(login.origin + login.pathname).toBe('https://sso.example/sso/login/okta');
    expect(Object.fromEntries(login.searchParams)).toEqual({
      rd: '/billing?x=1',
      max_age: '900',
      acr_values: 'urn:a b ü"',
    });
  });

  it('is said to programs in a header that nobody can break out of', () => {
    expect(stepUpChallenge(wanted)).toEqual([
      'WWW-Authenticate',
      String.raw`Bearer realm="doorward", error="insufficient_user_authentication", acr_values="urn:ab \"", max_age="900"`,
    ]);
  });

  it('is read from the address as it was written', () => {
    const query = Object.fromEntries(new URL(url(undescribed, { ...wanted, acr: ['x', 'y'] })).searchParams);
    expect(stepUpOf(query)).toEqual({ stepUp: { maxAge: 15 * minute, acr: ['x', 'y'] } });
  });

  it.each([
    {},
    { max_age: '-1' },
    { max_age: '1e3' },
    { max_age: ['1', '2'] },
    { max_age: '99999999' },
    { acr_values: 'a\u0000b' },
    { acr_values: ' ' },
    { acr_values: 'x'.repeat(2001) },
  ])('that makes no sense is an ordinary login: %j', (query) => {
    expect(stepUpOf(query)).toEqual({});
  });
});

describe('the answer to a step up', () => {
  const demand = { maxAge: 10 * minute, acr: ['urn:mfa'] };
  const good = { authenticatedAt: 0, authTimeStated: true, acr: 'urn:mfa' };

  it('asks the provider for half the time, so that there is some left', () => {
    expect(askedMaxAge(demand)).toBe(300);
    expect(askedMaxAge({ ...demand, maxAge: undefined })).toBeUndefined();
  });

  it('is good when it is recent by the provider’s own word and of one of the contexts', () => {
    expect(() => checkStepUp(good, demand, 10 * minute)).not.toThrow();
    expect(() => checkStepUp({ authenticatedAt: 0 }, undefined, 10 * minute)).not.toThrow();
  });

  it.each([
    [{ ...good, authTimeStated: false }, 0, 'step_up.no_auth_time'],
    [good, 10 * minute + 1, 'step_up.not_recent'],
    [{ ...good, acr: 'pwd' }, 0, 'step_up.acr'],
  ])('ends there when the provider did not do as it was asked', (assertion, now, detail) => {
    expect(() => checkStepUp(assertion, demand, now)).toThrow(
      expect.objectContaining({ code: 'step_up_failed', detail }),
    );
  });
});
