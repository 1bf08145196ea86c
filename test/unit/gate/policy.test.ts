import { describe, expect, it } from '@jest/globals';
import { judge, signedInEverywhere, type PolicyRule } from '../../../src/gate/index.ts';
import { snapshot } from '../../support/gate-world.ts';

const identity = {
  user: snapshot(),
  role: 'guest',
  session: {
    digest: 'd',
    login: undefined,
    createdAt: 0,
    lastSeenAt: 0,
    idleExpiresAt: 1,
    absoluteExpiresAt: 1,
  },
};
const page = { host: 'catalog.example', path: '/admin/users', method: 'GET' };

describe('the policy', () => {
  it('without rules of one’s own admits whoever is signed in', () => {
    expect(judge(signedInEverywhere, page, identity)).toBe('admit');
    expect(judge(signedInEverywhere, { host: undefined, path: undefined, method: undefined }, identity)).toBe(
      'admit',
    );
  });

  it('refuses what no rule is about', () => {
    expect(judge([], page, identity)).toBe('refuse');
    expect(judge([{ host: 'other.example', allow: 'signed_in' }], page, identity)).toBe('refuse');
  });

  it('is decided by the first rule that matches', () => {
    const rules: PolicyRule[] = [{ path: '/admin', allow: 'nobody' }, { allow: 'signed_in' }];
    expect(judge(rules, page, identity)).toBe('refuse');
    expect(judge(rules.toReversed(), page, identity)).toBe('admit');
    expect(judge(rules, { ...page, path: '/administrator' }, identity)).toBe('admit');
    expect(judge(rules, { ...page, path: '/admin' }, identity)).toBe('refuse');
  });

  it('tells methods apart', () => {
    const rules: PolicyRule[] = [{ methods: ['GET', 'HEAD'], allow: 'signed_in' }];
    expect(judge(rules, page, identity)).toBe('admit');
    expect(judge(rules, { ...page, method: 'POST' }, identity)).toBe('refuse');
    expect(judge(rules, { ...page, method: 'get' }, identity)).toBe('refuse');
  });

  it.each([{ host: 'catalog.example' }, { path: '/admin' }, { methods: ['GET'] }])(
    'refuses when a rule about %j cannot be judged, because nobody told',
    (about) => {
      const rules: PolicyRule[] = [{ ...about, allow: 'nobody' }, { allow: 'signed_in' }];
      const untold = { host: undefined, path: undefined, method: undefined };
      expect(judge(rules, untold, identity)).toBe('refuse');
    },
  );
});
