import { describe, expect, it } from '@jest/globals';
import { assertionOfTrace } from '../../../src/cli/commands/explain-trace.ts';
import type { LoginTraceRow } from '../../../src/directory/index.ts';

const row = (identity: Record<string, unknown> | undefined): LoginTraceRow => ({
  reference: 'K7QM2XVD',
  at: 5,
  provider: 'okta',
  outcome: 'admitted',
  trace: { identity },
});
const ann = {
  issuer: 'https://idp',
  subject: 'ann',
  userName: 'ann',
  emailVerified: true,
  email: 'a@b.example',
};

describe('a sign-in as its trace tells it', () => {
  it.each([
    [['a', 'b'], { kind: 'present', names: ['a', 'b'] }],
    [[], { kind: 'present', names: [] }],
    ['no groups claim', { kind: 'absent' }],
    ['too many to list', { kind: 'overage' }],
  ])('has the groups %j as they were read', (groups, expected) => {
    expect(assertionOfTrace(row({ ...ann, groups }))).toMatchObject({
      subject: 'ann',
      emailVerified: true,
      groups: expected,
    });
  });

  it('is not guessed from a trace that knows nobody, or that was cut', () => {
    expect(assertionOfTrace(row(undefined))).toBeUndefined();
    expect(assertionOfTrace(row({ ...ann, groups: undefined }))).toBeUndefined();
    expect(assertionOfTrace(row({ issuer: 'https://idp', groups: [] }))).toBeUndefined();
    expect(assertionOfTrace(row({ ...ann, groups: Array.from({ length: 200 }, String) }))).toBeUndefined();
  });
});
