import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLoginFlows } from '../../../src/providers/flows.ts';
import type { LoginFlow, LoginFlows } from '../../../src/providers/types.ts';
import { testClock } from '../../support/sessions.ts';

const unknown = (detail: string) => expect.objectContaining({ code: 'login_state_unknown', detail });

describe('logins under way', () => {
  const clock = testClock();
  const records = new Map<string, string>();
  let flows: LoginFlows;
  const flow = (): LoginFlow => ({ provider: 'okta', returnTo: '/a', createdAt: clock.now(), nonce: 'n' });
  beforeEach(() => {
    records.clear();
    flows = createLoginFlows({
      store: {
        put: async (kind, key, value) => void records.set(`${kind}/${key}`, value),
        async take(kind, key) {
          const value = records.get(`${kind}/${key}`);
          records.delete(`${kind}/${key}`);
          return value;
        },
      },
      timeout: 60_000,
      now: clock.now,
    });
  });

  it('are found again by key, provider and browser', async () => {
    const begun = flow();
    const key = await flows.begin(begun, 'browser');
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await flows.finish(key, 'okta', 'browser')).toEqual(begun);
  });

  it('are found once', async () => {
    const key = await flows.begin(flow(), 'browser');
    await flows.finish(key, 'okta', 'browser');
    await expect(flows.finish(key, 'okta', 'browser')).rejects.toEqual(unknown('flow.unknown'));
  });

  it.each([
    ['another browser', 'okta', 'other', 'flow.unknown'],
    ['no browser', 'okta', undefined, 'flow.no_browser'],
    ['an endless cookie', 'okta', 'b'.repeat(600), 'flow.malformed'],
    ['another provider', 'entra', 'browser', 'flow.unknown'],
  ])('are not found from %s, and stay for the right one', async (_who, provider, browser, detail) => {
    const key = await flows.begin(flow(), 'browser');
    await expect(flows.finish(key, provider, browser)).rejects.toEqual(unknown(detail));
    expect(await flows.finish(key, 'okta', 'browser')).toMatchObject({ provider: 'okta' });
  });

  it('do not run their parts together', async () => {
    const key = await flows.begin({ ...flow(), provider: 'a' }, 'bc');
    await expect(flows.finish(key, 'ab', 'c')).rejects.toEqual(unknown('flow.unknown'));
  });

  it.each(['', 'short', 'https://evil.example', '../../etc', 'A'.repeat(100_000)])(
    'do not ask the store for a key that is none of ours: %.20s',
    async (key) => {
      await expect(flows.finish(key, 'okta', 'browser')).rejects.toEqual(unknown('flow.malformed'));
    },
  );

  it('end after their time although the store still has them', async () => {
    const key = await flows.begin(flow(), 'browser');
    clock.advance(60_001);
    await expect(flows.finish(key, 'okta', 'browser')).rejects.toEqual(unknown('flow.expired'));
  });

  it('stand in the store under nothing that a reader could use', async () => {
    const key = await flows.begin(flow(), 'browser');
    expect([...records.keys()].join()).not.toContain(key);
    expect([...records.keys(), ...records.values()].join()).not.toContain('browser');
  });
});
