import { describe, expect, it } from '@jest/globals';
import { describeCause } from '../../../src/web/cause.ts';

describe('the cause of a failure in the log', () => {
  it('is the chain of messages on one line', () => {
    const cause = new Error('discovery failed', { cause: new Error('connect ECONNREFUSED\n127.0.0.1:9') });
    expect(describeCause(cause)).toBe('discovery failed: connect ECONNREFUSED 127.0.0.1:9');
  });

  it('shows no token, no code and no piece of an assertion, whatever a library put into its message', () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'QWJj'.repeat(40)}.${'x-_9'.repeat(20)}`;
    const text = describeCause(
      new Error(`bad ${token} in <saml:Assertion ID="a">ann</saml:Assertion> ${'ab12'.repeat(9)}`),
    );
    expect(text).not.toMatch(/QWJj|x-_9|saml|ab12/);
  });

  it('is short, also for an endless one', () => {
    const endless = new Error('a b '.repeat(10_000));
    endless.cause = endless;
    expect(describeCause(endless)?.length).toBeLessThanOrEqual(300);
  });

  it('is nothing where there is none', () => {
    for (const nothing of [undefined, null, {}, new Error('')])
      expect(describeCause(nothing)).toBeUndefined();
  });
});
