import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../../../src/config/index.ts';
import { createLoginFlows } from '../../../src/providers/index.ts';
import { openSessionStore } from '../../../src/sessions/index.ts';
import { silentLog } from '../../../src/identity/index.ts';
import { removeConfigs } from '../../support/config-files.ts';
import { fixtureNow, fixtureRequestId, samlConfig } from '../../support/saml-provider.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { readDocument } from '../saml/judge.ts';
import { ask, browserCookie, form, type Reply } from './browser.ts';
import { type ChildGateway, startChild } from './child.ts';
import { hostileConfig, kinds, newState, openPlace, type Place } from './gateway.ts';
import { forgetReplays, readStanding } from './standing.ts';

const browser = 'b'.repeat(43);
const statuses = (replies: readonly Reply[]): number[] => replies.map(({ status }) => status).toSorted();

describe.each(kinds)('two processes of the whole gateway, sessions in %s', (kind) => {
  let place: Place;
  let config: Config;
  let state: Awaited<ReturnType<typeof newState>>;
  let both: readonly ChildGateway[] = [];
  beforeAll(async () => {
    place = await openPlace(kind);
    state = await newState(place);
    const read = await hostileConfig({
      trustedProxies: ['127.0.0.1'],
      login: { maxPerMinutePerAddress: 20, maxPerMinutePerProvider: 30 },
    });
    const provider = (id: string) => samlConfig({ id, decryption: samlKey('sp'), allowUnsolicited: true });
    config = { ...read, state, providers: [provider('okta')] };
    // One after the other: the first one makes the tables.
    both = [await startChild(config, fixtureNow)];
    both = [...both, await startChild(config, fixtureNow)];
  });
  afterAll(async () => {
    for (const each of both) await each.stop();
    await place.close();
    await rm(state.folder, { recursive: true, force: true });
    removeConfigs();
  });

  /** Posts it to both processes in turn, all at once, each from an address of its own. */
  const postAll = (times: number, name: string, RelayState: string, from = 1): Promise<Reply[]> => {
    const SAMLResponse = Buffer.from(readDocument(name)).toString('base64');
    return Promise.all(
      Array.from({ length: times }, (_, each) =>
        ask(
          both[each % 2]?.origin ?? '',
          '/sso/acs/okta',
          form(
            { SAMLResponse, RelayState },
            { cookie: `${browserCookie}=${browser}`, 'x-forwarded-for': `192.0.2.${from + each}` },
          ),
        ),
      ),
    );
  };

  it('18: one response that nobody asked for, four times at once at two processes, is one login', async () => {
    const replies = await postAll(4, 'valid/nobody-asked-for-it', '');
    expect(statuses(replies)).toEqual([303, 400, 400, 400]);
    for (const { status, body } of replies) if (status === 400) expect(body).toContain('was used already');
    expect(statuses(await postAll(4, 'valid/nobody-asked-for-it', ''))).toEqual([400, 400, 400, 400]);
    const { users, identities } = await readStanding(state);
    expect([users?.length, identities?.length]).toEqual([1, 1]);
  });

  it('18: one response to one request, four times at once at two processes, is one login', async () => {
    const store = await openSessionStore(state.sessions, {
      now: () => fixtureNow,
      log: silentLog,
      redisPrefix: state.redisPrefix,
    });
    const flows = createLoginFlows({ store: store.transient, timeout: 600_000, now: () => fixtureNow });
    const key = await flows.begin(
      { provider: 'okta', requestId: fixtureRequestId, returnTo: undefined, createdAt: fixtureNow },
      browser,
    );
    await store.close();
    await forgetReplays(state);
    expect(statuses(await postAll(4, 'valid/both-are-signed', key))).toEqual([303, 400, 400, 400]);
  });

  it('18: sign-ins are counted for an address by both processes together, and told when to come again', async () => {
    const replies = await Promise.all(
      Array.from({ length: 25 }, (_, each) =>
        ask(both[each % 2]?.origin ?? '', '/sso/login/okta', {
          headers: { 'x-forwarded-for': '198.51.100.7' },
        }),
      ),
    );
    expect(statuses(replies)).toEqual([...Array<number>(20).fill(302), ...Array<number>(5).fill(429)]);
    for (const { status, headers, setCookies } of replies) {
      if (status !== 429) continue;
      const seconds = Number(headers['retry-after']);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(setCookies).toEqual([]);
    }
    // Nobody else is kept out by it.
    const other = await ask(both[0]?.origin ?? '', '/sso/login/okta', {
      headers: { 'x-forwarded-for': '198.51.100.8' },
    });
    expect(other.status).toBe(302);
  });

  it('18: a forged chain of proxies does not make one address many', async () => {
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, each) =>
        ask(both[each % 2]?.origin ?? '', '/sso/login/okta', {
          headers: { 'x-forwarded-for': `203.0.113.${each}, 198.51.100.7` },
        }),
      ),
    );
    expect(statuses(replies)).toEqual(Array<number>(6).fill(429));
  });

  it('18: answers are counted for a provider by both processes together, however many addresses', async () => {
    // Twelve answers were posted above, each from an address of its own.
    const replies = await postAll(30, 'hostile/not-xml-at-all', '', 100);
    expect(statuses(replies)).toEqual([...Array<number>(18).fill(400), ...Array<number>(12).fill(429)]);
    for (const { status, headers } of replies)
      if (status === 429) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });
});
