import { describe, expect, it } from '@jest/globals';
import { formToken, isFormToken } from '../../../src/sessions/form-token.ts';

const [older, newer] = [
  'an older secret of 32 characters or more',
  'a newer secret of 32 characters or more',
];

describe('the token of a form', () => {
  it('holds for its own session and for no other', () => {
    const token = formToken('digest-a', [newer]);
    expect(isFormToken(token, 'digest-a', [newer])).toBe(true);
    expect(isFormToken(token, 'digest-b', [newer])).toBe(false);
  });

  it('holds while its secret is being replaced, and no longer', () => {
    const token = formToken('digest-a', [older]);
    expect(isFormToken(token, 'digest-a', [newer, older])).toBe(true);
    expect(isFormToken(token, 'digest-a', [newer])).toBe(false);
  });

  it.each([undefined, null, '', 'x', 'x'.repeat(10_000), ['a'], {}, 0])('is not %p', (token) => {
    expect(isFormToken(token, 'digest-a', [newer])).toBe(false);
  });
});
