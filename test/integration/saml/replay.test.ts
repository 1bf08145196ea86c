import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { openSamlHalf, startSamlProcess, type SamlProcess } from '../../support/saml-process.ts';

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startRedis();
  folder = await mkdtemp(join(tmpdir(), 'doorward-saml-'));
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each(['SQLite', 'Redis'])('one SAML response on %s', (kind) => {
  let here: SamlProcess;
  let there: SamlProcess;
  beforeAll(async () => {
    const url = kind === 'SQLite' ? `sqlite:${join(folder, 'sessions.db')}` : redis.url;
    here = await openSamlHalf(url, 'saml:');
    there = await startSamlProcess(url, 'saml:');
  });
  afterAll(() => Promise.all([here.stop(), there.stop()]));

  it('is one login, posted four times at once to two processes', async () => {
    const results = (
      await Promise.all([here, there].map((half) => half.post('valid/nobody-asked-for-it', 2)))
    ).flat();
    expect(results.toSorted()).toEqual(['accepted', 'replayed', 'replayed', 'replayed']);
  });

  it('is no second login later, in either process', async () => {
    expect(await there.post('valid/nobody-asked-for-it', 1)).toEqual(['replayed']);
    expect(await here.post('valid/nobody-asked-for-it', 1)).toEqual(['replayed']);
  });
});
