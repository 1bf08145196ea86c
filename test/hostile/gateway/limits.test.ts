import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../../../src/config/index.ts';
import { removeConfigs } from '../../support/config-files.ts';
import { fixtureNow, samlConfig } from '../../support/saml-provider.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { documentNames } from '../saml/cases-documents.ts';
import { big } from '../saml/big.ts';
import { readDocument } from '../saml/judge.ts';
import { ask, form } from './browser.ts';
import { type ChildGateway, type Measured, startChild } from './child.ts';
import { hostileConfig, newState, openPlace, type Place } from './gateway.ts';

describe('limits', () => {
  let place: Place;
  let state: Awaited<ReturnType<typeof newState>>;
  let child: ChildGateway;
  beforeAll(async () => {
    place = await openPlace('SQLite');
    state = await newState(place);
    const read = await hostileConfig({ ops: '127.0.0.1:0' });
    const config: Config = {
      ...read,
      state,
      providers: [samlConfig({ decryption: samlKey('sp'), allowUnsolicited: true })],
    };
    child = await startChild(config, fixtureNow);
  });
  afterAll(async () => {
    await child.stop();
    await rm(state.folder, { recursive: true, force: true });
    removeConfigs();
  });
  const posts: [string, () => string][] = [
    ...Object.entries(big),
    ...documentNames.map((name): [string, () => string] => [name, () => readDocument(name)]),
  ];
  it.each(posts)('%s', async (name, document) => {
    const body = form({ SAMLResponse: Buffer.from(document()).toString('base64') });
    await child.ask({ do: 'measure' });
    const reply = await ask(child.origin, '/sso/acs/okta', body);
    const m = (await child.ask({ do: 'measured' })) as Measured;
    if (m.longestWork > 15 || m.peak > 5e6)
      process.stderr.write(
        `${name} ${reply.status} delay ${m.longestDelay.toFixed(0)} work ${m.longestWork.toFixed(0)} peak ${(m.peak / 1e6).toFixed(1)} res ${(m.resident / 1e6).toFixed(1)} heap ${(m.heap / 1e6).toFixed(1)}\n`,
      );
    expect(reply.status).toBeGreaterThanOrEqual(400);
  });
});
