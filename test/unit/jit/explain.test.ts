import { describe, expect, it } from '@jest/globals';
import { explain } from '../../../src/jit/index.ts';
import { assertionOf, policyOf, userOf } from '../../support/people.ts';

const policy = {
  ...policyOf({
    admit: { requireGroups: ['engineers'] },
    groups: { map: [['Data Engineering', 'engineers']], unmapped: 'ignore' },
  }),
  role: { default: 'guest', map: [['engineers', 'member']] },
} as const;
const places: Record<string, string> = {
  'admit.requireGroups': 'okta.yaml:6',
  'groups.map.Data Engineering': 'okta.yaml:11',
  'role.map.engineers': 'okta.yaml:14',
};
const told = (assertion = assertionOf(), user = undefined as ReturnType<typeof userOf> | undefined) => {
  const { steps, decision } = explain(assertion, user, policy, 0, (key) => places[key]);
  return { text: steps.flatMap((step) => [step.title, ...step.lines]).join('\n'), decision };
};

describe('the explanation of a login', () => {
  it('names the line of the file behind each group, rule and role', () => {
    const { text, decision } = told(
      assertionOf({ groups: { kind: 'present', names: ['Data Engineering', 'Other'] } }),
    );
    expect(decision.kind).toBe('create');
    expect(text).toContain('"Data Engineering" → "engineers" (okta.yaml:11)');
    expect(text).toContain('"Other" is ignored');
    expect(text).toContain('one of these groups: "engineers" (okta.yaml:6)');
    expect(text).toContain('admitted: a new user is created');
    expect(text).toContain('role: member, for "engineers" (okta.yaml:14)');
  });

  it('tells what would be taken away, and by whom it was granted', () => {
    const held = userOf({
      memberships: [
        { group: 'old', source: { kind: 'login', provider: 'okta' } },
        { group: 'engineers', source: { kind: 'local' } },
      ],
    });
    const { text } = told(assertionOf(), held);
    expect(text).toContain('removed from "old", which login:okta had granted');
    expect(text).toContain('member of "engineers" by local');
    expect(text).toContain('groups afterwards: "engineers"');
  });

  it('tells a missing claim from an empty list, and why somebody is refused', () => {
    expect(told(assertionOf({ groups: { kind: 'absent' } })).text).toContain('not the same as "no groups"');
    expect(told().text).toContain('refused: required_group');
    expect(told(assertionOf(), userOf({ disabledAt: 1 })).text).toContain(
      'disabled here by an administrator',
    );
  });
});
