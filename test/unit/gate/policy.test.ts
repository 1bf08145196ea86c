import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, property, record, string } from 'fast-check';
import type { PolicyRuleConfig } from '../../../src/config/index.ts';
import { compilePolicy, type PolicyPerson } from '../../../src/gate/index.ts';
import { canonicalPath } from '../../../src/identity/index.ts';

type Allow = PolicyRuleConfig['allow'];

interface Written {
  readonly hosts?: readonly string[];
  /** `= /path` is exact. */
  readonly paths?: readonly string[];
  readonly methods?: readonly string[];
  readonly recent?: number;
  readonly acr?: readonly string[];
}

/** A rule as the configuration builds it. */
function rule(allow: Allow, written: Written = {}): PolicyRuleConfig {
  const { hosts = [], paths = [], methods = [], recent, acr = [] } = written;
  const patterns = paths.map((path) => ({ path: path.replace(/^= /, ''), exact: path.startsWith('= ') }));
  return { file: 'gateway.yaml', line: 1, hosts, paths: patterns, methods, allow, recent, acr };
}

const members = (changes: Partial<Exclude<Allow, string>>): Allow => ({
  groups: [],
  roles: [],
  providers: [],
  ...changes,
});

const ann = (changes: Partial<PolicyPerson['login']> = {}, provider = 'okta'): PolicyPerson => ({
  user: { groups: ['engineers', 'Data Engineering'] },
  login: { authenticatedAt: 1_000_000, authTimeStated: true, ...changes },
  view: { provider, role: 'guest', allowed: [] },
});

const page = { host: 'catalog.example', path: '/admin/users', method: 'GET' };
const judge = (
  rules: readonly PolicyRuleConfig[],
  request: Partial<Parameters<ReturnType<typeof compilePolicy>['judge']>[0]> = {},
  person: PolicyPerson | undefined = ann(),
  at = 1_000_000,
): string => {
  const { kind, because } = compilePolicy(rules).judge({ ...page, ...request }, person, at);
  return `${kind}: ${because}`;
};
const nobody = undefined as unknown as PolicyPerson;
const judgeNobody = (rules: readonly PolicyRuleConfig[], request = {}): string => {
  const { kind, because } = compilePolicy(rules).judge({ ...page, ...request }, nobody, 0);
  return `${kind}: ${because}`;
};

describe('the policy', () => {
  it('refuses what no rule is about', () => {
    expect(judge([])).toBe('refuse: no_rule');
    expect(judge([rule('signed-in', { hosts: ['other.example'] })])).toBe('refuse: no_rule');
  });

  it('is decided by the first rule that matches', () => {
    const rules = [rule('nobody', { paths: ['/admin'] }), rule('signed-in')];
    expect(judge(rules)).toBe('refuse: nobody');
    expect(judge(rules.toReversed())).toBe('admit: allowed');
    expect(judge(rules, { path: '/administrator' })).toBe('admit: allowed');
    expect(judge(rules, { path: '/admin' })).toBe('refuse: nobody');
    expect(judge(rules, { path: '/admin/' })).toBe('refuse: nobody');
  });

  it('lets everybody in to a public page, and only there', () => {
    const rules = [rule('public', { paths: ['= /', '/assets'] }), rule('signed-in')];
    expect(judgeNobody(rules, { path: '/' })).toBe('public: public');
    expect(judgeNobody(rules, { path: '/assets/logo.svg' })).toBe('public: public');
    expect(judgeNobody(rules, { path: '/tables' })).toBe('refuse: signed_out');
    expect(judge(rules, { path: '/' })).toBe('public: public');
  });

  it('takes one of the groups, or one of the roles, and the provider besides', () => {
    expect(judge([rule(members({ groups: ['stewards', 'Data Engineering'] }))])).toBe('admit: allowed');
    expect(judge([rule(members({ groups: ['data engineering'] }))])).toBe('refuse: not_allowed');
    expect(judge([rule(members({ groups: ['stewards'], roles: ['guest'] }))])).toBe('admit: allowed');
    expect(judge([rule(members({ roles: ['admin'] }))])).toBe('refuse: not_allowed');
    expect(judge([rule(members({ providers: ['okta'] }))])).toBe('admit: allowed');
    expect(judge([rule(members({ providers: ['google'], roles: ['guest'] }))])).toBe('refuse: not_allowed');
  });

  it('does not go on to a later rule when the first one refuses', () => {
    const rules = [rule(members({ groups: ['stewards'] }), { paths: ['/admin'] }), rule('signed-in')];
    expect(judge(rules)).toBe('refuse: not_allowed');
  });

  it('wants a sign-in of which the identity provider said that it is recent', () => {
    const rules = [rule('signed-in', { recent: 60_000 })];
    expect(judge(rules, {}, ann(), 1_060_000)).toBe('admit: allowed');
    expect(judge(rules, {}, ann(), 1_060_001)).toBe('step_up: not_recent');
    expect(judge(rules, {}, ann({ authTimeStated: false }), 1_000_000)).toBe('step_up: not_recent');
    expect(judgeNobody(rules)).toBe('refuse: signed_out');
  });

  it('wants one of the contexts', () => {
    const rules = [rule('signed-in', { acr: ['urn:mfa', 'phr'] })];
    expect(judge(rules, {}, ann({ acr: 'phr' }))).toBe('admit: allowed');
    expect(judge(rules, {}, ann({ acr: 'pwd' }))).toBe('step_up: acr');
    expect(judge(rules, {}, ann())).toBe('step_up: acr');
  });

  it('asks nobody to step up who would not be let in all the same', () => {
    const rules = [rule(members({ groups: ['stewards'] }), { recent: 60_000 })];
    expect(judge(rules, {}, ann(), 9_000_000)).toBe('refuse: not_allowed');
  });

  it.each([
    ['*', '/api/x/export', true],
    ['*', '/api/x/export/csv', true],
    ['*', '/api/export', false],
    ['*', '/api/x/y/export', false],
  ])('takes %s for exactly one segment: %s', (_star, path, matches) => {
    const rules = [rule('nobody', { paths: ['/api/*/export'] }), rule('signed-in')];
    expect(judge(rules, { path })).toBe(matches ? 'refuse: nobody' : 'admit: allowed');
  });

  it('tells an exact path from what is below it, a slash at the end aside', () => {
    const rules = [rule('nobody', { paths: ['= /admin'] }), rule('signed-in')];
    expect(judge(rules, { path: '/admin' })).toBe('refuse: nobody');
    expect(judge(rules, { path: '/admin/' })).toBe('refuse: nobody');
    expect(judge(rules, { path: '/admin/x' })).toBe('admit: allowed');
  });

  it.each([{ hosts: ['catalog.example'] }, { paths: ['/admin'] }, { methods: ['GET'] }])(
    'refuses when a rule about %j cannot be judged, because nobody told',
    (about) => {
      const rules = [rule('nobody', about), rule('signed-in')];
      const untold = { host: undefined, path: undefined, method: undefined };
      expect(judge(rules, untold)).toBe('refuse: untold');
    },
  );
});

describe('a host', () => {
  const rules = [rule('nobody', { hosts: ['admin.example', '*.internal.example'] }), rule('signed-in')];

  it.each([
    ['admin.example', true],
    ['admin.example:8443', true],
    ['a.b.internal.example', true],
    ['internal.example', false],
    ['notinternal.example', false],
    ['admin.example.evil.example', false],
    ['[::1]:8443', false],
  ])('%s, whatever its port, is covered: %s', (host, covered) => {
    expect(judge(rules, { host })).toBe(covered ? 'refuse: nobody' : 'admit: allowed');
  });
});

describe('a method', () => {
  const rules = [rule('nobody', { methods: ['DELETE', 'GET'] }), rule('signed-in')];

  it.each(['DELETE', 'delete', 'GET', 'HEAD'])('%s is what the application makes of it', (method) => {
    expect(judge(rules, { method })).toBe('refuse: nobody');
  });

  it('that the client overrides counts twice: as sent, and as asked for', () => {
    expect(judge(rules, { method: 'POST' })).toBe('admit: allowed');
    expect(judge(rules, { method: 'POST', methodOverrides: ['DELETE'] })).toBe('refuse: nobody');
    expect(judge(rules, { method: 'DELETE', methodOverrides: ['POST'] })).toBe('refuse: nobody');
    expect(judge(rules, { method: 'POST', methodOverrides: ['POST', 'PUT'] })).toBe('admit: allowed');
    expect(judge(rules, { method: 'POST', methodOverrides: ['POST', 'PUT', 'delete'] })).toBe(
      'refuse: nobody',
    );
    const very = Array.from({ length: 9 }, () => 'POST');
    expect(judge(rules, { method: 'POST', methodOverrides: very })).toBe('refuse: no_rule');
  });
});

describe('case in paths', () => {
  const guarded = [rule('nobody', { paths: ['/Admin'] }), rule('signed-in')];
  const open = [rule('public', { paths: ['/Public'] }), rule('signed-in')];

  it.each(['/admin', '/ADMIN/x', '/aDmIn/'])('does not lead around a rule: %s', (path) => {
    expect(judge(guarded, { path })).toBe('refuse: nobody');
  });

  it.each(['/public', '/PUBLIC/x'])('opens nothing that is not written so: %s', (path) => {
    expect(judgeNobody(open, { path })).toBe('refuse: signed_out');
    expect(judgeNobody(open, { path: '/Public' })).toBe('public: public');
  });

  it('goes beyond ASCII', () => {
    const rules = [rule('nobody', { paths: ['/b%C3%BCcher'] }), rule('signed-in')];
    expect(judge(rules, { path: '/B%C3%9CCHER/1' })).toBe('refuse: nobody');
    expect(judge(rules, { path: '/B%C3%9CCHER:1' })).toBe('admit: allowed');
  });

  it.each([
    '/%2561dmin',
    '/%25%36%31dmin/x',
    '/%252561dmin',
    '/admin%253Bx',
    '/x%252F..%252Fadmin',
    '/admin%3Fx',
    '/admin%3F/y',
    '/admin%23x',
    '/admin%2500',
    '/admin%250a',
    '/admin.',
    '/admin%20',
    '/admin.%20./x',
    '/adm%C4%B1n',
    '/%EF%BD%81dmin',
    '/x%252F%252E%252Fadmin',
  ])('and other ways in which an application may be careless do not lead around a rule: %s', (path) => {
    const canonical = canonicalPath(path);
    if (canonical === undefined) return;
    const rules = [rule('nobody', { paths: ['/admin', '/x/admin'] }), rule('signed-in')];
    expect(judge(rules, { path: canonical })).toBe('refuse: nobody');
  });

  it.each([
    '/100%25',
    '/100%25zz',
    '/a%25ff',
    '/...',
    '/a.b/c.',
    '/x%252Fy',
    '/what%3F',
    '/%25%25',
    '/%2525252525252525',
  ])('does not get in the way of what is odd and harmless: %s', (path) => {
    const rules = [rule('nobody', { paths: ['/admin'] }), rule('signed-in')];
    expect(judge(rules, { path: canonicalPath(path) ?? '' })).toBe('admit: allowed');
  });

  it('is the same wherever else an escape or a colon stands', () => {
    const rules = [rule('nobody', { paths: ['/a:b/%20x'] }), rule('signed-in')];
    expect(judge(rules, { path: '/A:b/%20X/y' })).toBe('refuse: nobody');
  });

  it('never makes a request pass that would not pass in some reading', () => {
    const segments = constantFrom('/admin', '/ADMIN', '/x', '/Public', '/public', '/b%C3%9C', '/b%C3%BC');
    assert(
      property(record({ first: segments, second: segments, rest: string({ maxLength: 5 }) }), (parts) => {
        const path = canonicalPath(`${parts.first}${parts.second}/${encodeURIComponent(parts.rest)}`);
        if (path === undefined) return;
        const asWritten = judge(guarded, { path });
        if (path.toLowerCase().startsWith('/admin/')) expect(asWritten).toBe('refuse: nobody');
      }),
    );
  });
});
