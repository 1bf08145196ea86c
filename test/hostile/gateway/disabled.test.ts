import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import { type HostileOp, opKey, startHostileOp } from '../../support/hostile-op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { Browser } from './browser.ts';
import { type ChildGateway, startChild } from './child.ts';
import {
  type Gateway,
  hostileConfig,
  kinds,
  newState,
  openPlace,
  type Place,
  startGateway,
} from './gateway.ts';
import { admitted, signIn, upToCallback } from './people.ts';

const actor = { kind: 'command', name: 'test' } as const;

describe.each(kinds)('the whole gateway, sessions in %s: switched off while signing in', (kind) => {
  let place: Place;
  let state: Awaited<ReturnType<typeof newState>>;
  let op: HostileOp;
  let gateway: Gateway;
  let other: ChildGateway;
  let userId = '';
  beforeAll(async () => {
    place = await openPlace(kind);
    state = await newState(place);
    op = await startHostileOp(await opKey());
    const read = await hostileConfig({ trustedProxies: ['127.0.0.1'] });
    const config = { ...read, providers: [oidcConfig({ issuer: op.issuer })] };
    gateway = await startGateway({ place, config, state });
    other = await startChild({ ...config, state });
    await signIn(new Browser(gateway.origin));
    const user = await gateway.app.stores.directory.findByIdentity({ issuer: op.issuer, subject: 'ann' });
    userId = user?.id ?? '';
  });
  afterAll(async () => {
    await other.stop();
    await gateway.close();
    await op.close();
    await place.close();
    await rm(state.folder, { recursive: true, force: true });
    removeConfigs();
  });

  const disable = {
    here: () => gateway.app.stores.people.disable(userId, actor),
    'in another process': () => other.ask({ do: 'disable', userId }),
  } as const;
  const roads = Object.keys(disable) as (keyof typeof disable)[];

  /** Nobody is in: not by this browser, and no session is left that a cookie could be for. */
  const nobodyIsIn = async (browser: Browser): Promise<void> => {
    expect([401, 403]).toContain(await admitted(browser));
    expect(await gateway.app.stores.sessions.listByUser(userId)).toEqual([]);
  };

  it.each(roads)('40: %s, while the identity provider makes the token', async (road) => {
    await gateway.app.stores.people.enable(userId, actor);
    let switchedOff: Promise<unknown> | undefined;
    op.behave({
      async token(response) {
        await (switchedOff ??= disable[road]());
        return response;
      },
    });
    const browser = new Browser(gateway.origin);
    const reply = await signIn(browser);
    expect(reply.status).toBe(403);
    expect(reply.setCookies).toEqual([]);
    await nobodyIsIn(browser);
  });

  it.each(roads)(
    '40: %s, at thirty moments of an answer that is on its way',
    async (road) => {
      for (let moment = 0; moment < 30; moment += 1) {
        op.behave();
        await gateway.app.stores.people.enable(userId, actor);
        const browser = new Browser(gateway.origin);
        const callback = await upToCallback(browser);
        const [reply] = await Promise.all([browser.ask(callback), sleep(moment).then(() => disable[road]())]);
        expect([303, 403]).toContain(reply.status);
        await nobodyIsIn(browser);
      }
    },
    60_000,
  );

  it.each(roads)('40: %s, as soon as the answer has come', async (road) => {
    op.behave();
    await gateway.app.stores.people.enable(userId, actor);
    const browser = new Browser(gateway.origin);
    expect((await signIn(browser)).status).toBe(303);
    expect(await admitted(browser)).toBe(200);
    await disable[road]();
    await nobodyIsIn(browser);
  });

  it('40: five browsers at once, with an identity provider that takes its time', async () => {
    await gateway.app.stores.people.enable(userId, actor);
    op.behave({
      async token(response) {
        await sleep(Math.random() * 60);
        return response;
      },
    });
    const browsers = Array.from({ length: 5 }, () => new Browser(gateway.origin));
    const callbacks = await Promise.all(browsers.map((browser) => upToCallback(browser)));
    await Promise.all([
      ...browsers.map((browser, each) => browser.ask(callbacks[each] ?? '')),
      sleep(30).then(() => disable['in another process']()),
    ]);
    for (const browser of browsers) await nobodyIsIn(browser);
    op.behave();
  });
});
