import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLog } from '../../../src/identity/index.ts';
import { createSamlProvider, createSecondLock } from '../../../src/providers/saml/index.ts';
import { createIdpSource } from '../../../src/providers/saml/idp/source.ts';
import { ask, formPost } from '../../support/saml-ask.ts';
import { createSamlIdp, type SamlIdp } from '../../support/saml-idp.ts';
import type { SamlKeyName } from '../../support/saml-keys.ts';
import { fixtureBase, fixtureIdp, memoryFlows, memoryOnce, samlConfig } from '../../support/saml-provider.ts';

const secondLock = createSecondLock();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doorward-saml-'));
});
afterAll(async () => {
  await secondLock.close();
  await rm(folder, { recursive: true, force: true });
});

/** An HTTP server whose answer can be changed while it runs. */
let server: Server;
let url: string;
let handler: RequestListener;
let fetches = 0;
beforeEach(async () => {
  fetches = 0;
  server = createServer((req, res) => {
    fetches += 1;
    handler(req, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const spMetadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${fixtureBase}/sso/metadata/okta"><SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${fixtureBase}/sso/acs/okta"/></SPSSODescriptor></EntityDescriptor>`;
const idpWith = (key: SamlKeyName): SamlIdp =>
  createSamlIdp({ entityId: fixtureIdp, ssoUrl: 'https://idp.acme.example/sso', spMetadata, key });
const serve = (text: string, status = 200): void => {
  handler = (_req, res) =>
    res.writeHead(status, { 'content-type': 'application/samlmetadata+xml' }).end(text);
};

describe('metadata of the identity provider at a URL', () => {
  const source = (clock = { now: 0 }) =>
    createIdpSource(
      { from: 'url', url, entityId: undefined },
      { provider: 'okta', now: () => clock.now, log: silentLog, fetch },
    );

  it('is fetched once, when it is first needed, however many ask at once', async () => {
    serve(idpWith('idp').metadata());
    const idp = source();
    expect(idp.health().state).toBe('unknown');
    const all = await Promise.all([idp.current(), idp.current(), idp.current()]);
    expect(fetches).toBe(1);
    expect(all[0]).toMatchObject({ entityId: fixtureIdp, ssoRedirectUrl: 'https://idp.acme.example/sso' });
    expect(idp.health().state).toBe('up');
  });

  it('that cannot be had is a clear failure, asked for again after a pause, not at every login', async () => {
    const clock = { now: 0 };
    serve('oops', 503);
    const idp = source(clock);
    await expect(idp.current()).rejects.toMatchObject({
      code: 'idp_unavailable',
      detail: 'saml.metadata.unavailable',
    });
    await expect(idp.current()).rejects.toMatchObject({ code: 'idp_unavailable' });
    expect(fetches).toBe(1);
    expect(idp.health()).toEqual({ state: 'down', since: 0 });
    serve(idpWith('idp').metadata());
    clock.now = 15_000;
    await expect(idp.current()).resolves.toMatchObject({ entityId: fixtureIdp });
    expect(idp.health()).toEqual({ state: 'up', since: 15_000 });
  });

  it('stays good when it cannot be had any more', async () => {
    const clock = { now: 0 };
    serve(idpWith('idp').metadata());
    const idp = source(clock);
    await idp.current();
    serve('', 500);
    clock.now = 2 * 3_600_000;
    await expect(idp.current()).resolves.toMatchObject({ entityId: fixtureIdp });
    // Nobody waited for the attempt, which fails behind the login's back.
    while (idp.health().state !== 'down') await sleep(5);
    expect(fetches).toBe(2);
    await expect(idp.current()).resolves.toMatchObject({ entityId: fixtureIdp });
  });

  it.each([
    ['has a DOCTYPE', `<!DOCTYPE x>${'<EntityDescriptor/>'}`],
    ['is a login page', '<html></html>'],
    ['is endless', 'x'.repeat(5_000_000)],
    ['is a redirect', undefined],
  ])('is not taken when it %s', async (_words, text) => {
    if (text === undefined) handler = (_req, res) => res.writeHead(302, { location: '/elsewhere' }).end();
    else serve(text);
    await expect(source().current()).rejects.toMatchObject({ code: 'idp_unavailable' });
  });

  it('is read from a file again when the file changes', async () => {
    const path = join(folder, 'idp.xml');
    await writeFile(path, idpWith('idp').metadata());
    const idp = createIdpSource(
      { from: 'file', path, entityId: undefined },
      { provider: 'okta', now: Date.now, log: silentLog, fetch },
    );
    const before = await idp.current();
    await writeFile(path, idpWith('idp-next').metadata());
    await utimes(path, new Date(), new Date(Date.now() + 10_000));
    const after = await idp.current();
    expect(after.certificates).not.toEqual(before.certificates);
  });
});

describe('a provider with metadata at a URL', () => {
  const login = async (idp: SamlIdp, provider: ReturnType<typeof createSamlProvider>) => {
    const start = await ask(
      provider,
      {},
      { session: false, step: 'start', returnTo: undefined, browser: 'b1' },
    );
    if (start.kind !== 'redirect') throw new Error('no redirect');
    const { SAMLResponse, RelayState } = await idp.login(await idp.read(start.url), {
      nameId: 'ann@acme.example',
    });
    return ask(provider, formPost({ SAMLResponse, RelayState }), {
      session: false,
      step: 'answer',
      browser: 'b1',
    });
  };

  it('starts while the identity provider is down, and works when it is back', async () => {
    const clock = { ahead: 0 };
    serve('', 500);
    const provider = createSamlProvider(samlConfig({ idp: { from: 'url', url, entityId: undefined } }), {
      baseUrl: fixtureBase,
      prefix: '/sso',
      flows: memoryFlows(),
      transient: memoryOnce(),
      now: () => Date.now() + clock.ahead,
      log: silentLog,
      secondLock,
    });
    expect(provider.health().state).toBe('unknown');
    const idp = idpWith('idp');
    await expect(login(idp, provider)).rejects.toMatchObject({ code: 'idp_unavailable' });
    expect(provider.health().state).toBe('down');
    serve(idp.metadata());
    clock.ahead = 11_000;
    await expect(login(idp, provider)).resolves.toMatchObject({ answer: { kind: 'asserted' } });
    expect(provider.health().state).toBe('up');
  });

  it('goes on when the identity provider changes its key, and asks for it once a minute at most', async () => {
    const clock = { ahead: 0 };
    serve(idpWith('idp').metadata());
    const provider = createSamlProvider(
      samlConfig({ clockTolerance: 300_000, idp: { from: 'url', url, entityId: undefined } }),
      {
        baseUrl: fixtureBase,
        prefix: '/sso',
        flows: memoryFlows(),
        transient: memoryOnce(),
        now: () => Date.now() + clock.ahead,
        log: silentLog,
        secondLock,
      },
    );
    await expect(login(idpWith('idp'), provider)).resolves.toMatchObject({ answer: { kind: 'asserted' } });
    serve(idpWith('idp-next').metadata());
    // Too soon: the metadata are seconds old.
    await expect(login(idpWith('idp-next'), provider)).rejects.toMatchObject({
      detail: 'saml.signature.invalid',
    });
    expect(fetches).toBe(1);
    clock.ahead = 61_000;
    await expect(login(idpWith('idp-next'), provider)).resolves.toMatchObject({
      answer: { kind: 'asserted' },
    });
    expect(fetches).toBe(2);
    await expect(login(idpWith('attacker'), provider)).rejects.toMatchObject({
      detail: 'saml.signature.invalid',
    });
    expect(fetches).toBe(2);
  });
});
