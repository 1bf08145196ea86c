import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SamlProviderConfig } from '../../../src/config/index.ts';
import type { Log } from '../../../src/identity/index.ts';
import type { KeptMetadata, MetadataKeep } from '../../../src/providers/saml/index.ts';
import type { IdpSource } from '../../../src/providers/saml/idp/idp-source.ts';
import { createIdpSource } from '../../../src/providers/saml/idp/source.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { federationOf, idpEntity, signMetadata } from '../../support/saml-metadata.ts';

const ours = 'https://idp.acme.example';
const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 4, 1);

let server: Server;
let url: string;
let answer: { status: number; text: string; etag?: string };
/** `If-None-Match` of each request. */
let asked: (string | undefined)[];
beforeEach(async () => {
  asked = [];
  server = createServer((req, res) => {
    const { status, text, etag } = answer;
    asked.push(req.headers['if-none-match']);
    const same = etag !== undefined && req.headers['if-none-match'] === etag;
    res.writeHead(same ? 304 : status, etag === undefined ? {} : { etag }).end(same ? undefined : text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A store that outlives its sources, as the directory does. */
function memoryKeep(): MetadataKeep & { kept: KeptMetadata | undefined; down: boolean; writes: number } {
  const keep = {
    kept: undefined as KeptMetadata | undefined,
    down: false,
    writes: 0,
    readMetadata: async () => {
      if (keep.down) throw new Error('the store is down');
      return keep.kept;
    },
    keepMetadata: async (kept: KeptMetadata) => {
      if (keep.down) throw new Error('the store is down');
      keep.writes += 1;
      keep.kept = kept;
    },
  };
  return keep;
}

/** A process: its clock moves only when it is told to, and its timers fire by that clock. */
function process(
  idp: Partial<Extract<SamlProviderConfig['idp'], { from: 'url' }>> = {},
  keep: MetadataKeep | undefined = undefined,
  from = start,
) {
  const clock = { now: from };
  const timers: { at: number; work: () => void }[] = [];
  const said: string[] = [];
  const say = (_fields: unknown, message: string): void => void said.push(message);
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const source: IdpSource = createIdpSource(
    { from: 'url', url, entityId: undefined, ...idp },
    {
      provider: 'adfs',
      now: () => clock.now,
      log,
      fetch: globalThis.fetch,
      keep,
      random: () => 1,
      schedule(work, delay) {
        const timer = { at: clock.now + delay, work };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
  );
  /** Resolves when the source waits again: the attempt under way has ended. */
  const settled = async (): Promise<void> => {
    while (timers.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return {
    source,
    clock,
    said,
    async started() {
      source.start();
      await settled();
    },
    /** Moves to when the next timer is due; answers how far that was. */
    async next(): Promise<number> {
      await settled();
      const [timer] = timers.splice(0);
      if (timer === undefined) throw new Error('no timer');
      const waited = timer.at - clock.now;
      clock.now = timer.at;
      timer.work();
      await settled();
      return waited;
    },
    waiting: () => timers.length,
  };
}

const document = (attributes = '', key: 'idp' | 'idp-next' = 'idp') =>
  idpEntity(ours, { keys: [key], attributes });

describe('metadata at a URL, in the background', () => {
  it('are fetched at the start, and then as often as they say', async () => {
    answer = { status: 200, text: document(' cacheDuration="PT30M"') };
    const { source, started, next } = process();
    await started();
    expect(asked).toHaveLength(0);
    expect(await next()).toBe(0);
    expect(source.health()).toEqual({ state: 'up', since: start });
    expect(source.known()?.certificates).toEqual([samlKey('idp').certificatePem]);
    expect(await next()).toBe(30 * minute);
    answer = { status: 200, text: document(' cacheDuration="PT2H"', 'idp-next') };
    expect([await next(), await next()]).toEqual([30 * minute, 2 * hour]);
    expect(source.known()?.certificates).toEqual([samlKey('idp-next').certificatePem]);
    await source.close();
  });

  it('cost one small answer while they stay as they are', async () => {
    answer = { status: 200, text: document(), etag: '"v1"' };
    const { source, said, started, next } = process();
    await started();
    await next();
    await next();
    expect(asked).toEqual([undefined, '"v1"']);
    await expect(source.current()).resolves.toMatchObject({ entityId: ours });
    expect(said).toEqual(['metadata of the identity provider were taken over']);
    await source.close();
  });

  it('that cannot be had are asked for again after longer and longer pauses, and the last good ones stay', async () => {
    answer = { status: 200, text: document() };
    const { source, clock, started, next } = process();
    await started();
    await next();
    answer = { status: 503, text: '' };
    const pauses = [await next(), await next(), await next(), await next()];
    expect(pauses).toEqual([hour, 10_000, 20_000, 40_000]);
    expect(source.health()).toMatchObject({ state: 'down', since: start + hour });
    const requests = asked.length;
    // Logins do not add to the load of whoever is down.
    for (let login = 0; login < 20; login += 1) await source.current();
    expect(asked).toHaveLength(requests);
    answer = { status: 200, text: document('', 'idp-next') };
    expect(await next()).toBe(80_000);
    expect(source.health()).toEqual({ state: 'up', since: clock.now });
    await expect(source.current()).resolves.toMatchObject({
      certificates: [samlKey('idp-next').certificatePem],
    });
    await source.close();
  });

  it('are used until they say they end, and then refused by that name', async () => {
    answer = { status: 200, text: document(` validUntil="${new Date(start + hour).toISOString()}"`) };
    const { source, clock, started, next } = process();
    await started();
    await next();
    answer = { status: 500, text: '' };
    // Half of the time is left for an outage.
    expect(await next()).toBe(30 * minute);
    clock.now = start + hour - 1;
    await expect(source.current()).resolves.toMatchObject({ entityId: ours });
    clock.now = start + hour;
    await expect(source.current()).rejects.toMatchObject({
      code: 'idp_unavailable',
      detail: 'saml.metadata.expired',
    });
    await source.close();
  });

  it('that have ended already when they come do not take the place of good ones', async () => {
    answer = { status: 200, text: document() };
    const { source, started, next } = process();
    await started();
    await next();
    answer = {
      status: 200,
      text: document(` validUntil="${new Date(start - 1).toISOString()}"`, 'idp-next'),
    };
    await next();
    expect(source.health().state).toBe('down');
    await expect(source.current()).resolves.toMatchObject({ certificates: [samlKey('idp').certificatePem] });
    await source.close();
  });

  it('are left alone once the provider is closed', async () => {
    answer = { status: 200, text: document() };
    const { source, started, next, waiting } = process();
    await started();
    await next();
    await source.close();
    expect(waiting()).toBe(0);
  });
});

describe('metadata over a restart', () => {
  it('are there at once although the identity provider is down', async () => {
    const keep = memoryKeep();
    answer = { status: 200, text: document() };
    const before = process({}, keep);
    await before.started();
    await before.next();
    await before.source.close();
    answer = { status: 500, text: '' };
    const after = process({}, keep, start + 2 * hour);
    await expect(after.source.current()).resolves.toEqual(before.source.known());
    await after.started();
    expect(await after.next()).toBe(0);
    expect(after.source.health().state).toBe('down');
    await expect(after.source.current()).resolves.toMatchObject({ entityId: ours });
    await after.source.close();
  });

  it('are written when they change, and not at each fetch', async () => {
    const keep = memoryKeep();
    answer = { status: 200, text: document() };
    const { source, started, next } = process({}, keep);
    await started();
    for (let round = 0; round < 4; round += 1) await next();
    expect(keep.writes).toBe(1);
    answer = { status: 200, text: document('', 'idp-next') };
    await next();
    expect(keep.writes).toBe(2);
    await source.close();
  });

  it('are used under the rules they came in under, and under no others', async () => {
    const keep = memoryKeep();
    const signedBy = [samlKey('sp').certificatePem];
    answer = { status: 200, text: document() };
    const unsigned = process({}, keep);
    await unsigned.source.current();
    answer = { status: 500, text: '' };
    const demanding = process({ signedBy }, keep);
    await expect(demanding.source.current()).rejects.toMatchObject({ detail: 'saml.metadata.unavailable' });
    const elsewhere = process({ entityId: 'https://another.example' }, keep);
    await expect(elsewhere.source.current()).rejects.toMatchObject({ detail: 'saml.metadata.unavailable' });
    answer = { status: 200, text: signMetadata(federationOf([document()]), { key: 'sp' }) };
    const signed = process({ signedBy, entityId: ours }, keep);
    await expect(signed.source.current()).resolves.toMatchObject({ entityId: ours });
  });

  it('that have ended meanwhile are not used', async () => {
    const keep = memoryKeep();
    answer = { status: 200, text: document(` validUntil="${new Date(start + hour).toISOString()}"`) };
    await process({}, keep).source.current();
    answer = { status: 500, text: '' };
    const after = process({}, keep, start + hour);
    await expect(after.source.current()).rejects.toMatchObject({ detail: 'saml.metadata.expired' });
  });

  it.each([
    'nonsense',
    '{}',
    '{"entityId":"https://idp.acme.example","certificates":[]}',
    '{"entityId":"https://idp.acme.example","certificates":[7]}',
  ])('that cannot be read any more are fetched: %s', async (metadata) => {
    const keep = memoryKeep();
    answer = { status: 200, text: document() };
    await process({}, keep).source.current();
    if (keep.kept) keep.kept = { ...keep.kept, metadata };
    const after = process({}, keep);
    await expect(after.source.current()).resolves.toMatchObject({
      certificates: [samlKey('idp').certificatePem],
    });
    expect(asked).toHaveLength(2);
  });

  it('do without the store while that is down', async () => {
    const keep = memoryKeep();
    keep.down = true;
    answer = { status: 200, text: document() };
    const { source, said } = process({}, keep);
    await expect(source.current()).resolves.toMatchObject({ entityId: ours });
    expect(said).toContain('kept metadata of the identity provider could not be read');
  });
});
