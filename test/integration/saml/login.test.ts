import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express, { type NextFunction, type Request, type Response } from 'express';
import passport from 'passport';
import type { SamlProviderConfig } from '../../../src/config/index.ts';
import { silentLog, toFailure } from '../../../src/identity/index.ts';
import type { Provider } from '../../../src/providers/types.ts';
import { createSamlProvider, createSecondLock } from '../../../src/providers/saml/index.ts';
import {
  createSamlIdp,
  type SamlAsked,
  type SamlIdp,
  type SamlIdpOptions,
  type SamlPost,
} from '../../support/saml-idp.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { fixtureIdp, memoryFlows, memoryOnce, samlConfig } from '../../support/saml-provider.ts';

const secondLock = createSecondLock();
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) server.close();
  await secondLock.close();
});

interface World {
  readonly provider: Provider;
  readonly idp: SamlIdp;
  /** Begins a login as a browser does, and has the identity provider read the redirect. */
  start(options?: { other?: boolean }): Promise<SamlAsked>;
  /** Posts the answer to the ACS over HTTP, and gives what the gateway would go on with. */
  post(
    form: Pick<SamlPost, 'SAMLResponse' | 'RelayState'>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  readonly acsUrl: string;
}

/** The provider behind a real Express and Passport, on a port of its own. */
async function world(
  changes: Partial<SamlProviderConfig> = {},
  idpOptions: Partial<SamlIdpOptions> = {},
): Promise<World> {
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = samlConfig({ entityId: `${baseUrl}/sso/metadata/okta`, ...changes });
  const provider = createSamlProvider(config, {
    baseUrl,
    prefix: '/sso',
    flows: memoryFlows(),
    transient: memoryOnce(),
    now: Date.now,
    log: silentLog,
    secondLock,
  });
  const authenticator = new passport.Passport();
  authenticator.use(provider.id, provider.strategy);
  const run = (req: Request, res: Response, next: NextFunction, options: object) =>
    authenticator.authenticate(
      provider.id,
      { session: false, browser: 'b1', ...options } as object,
      (error: unknown, answer: unknown) => {
        if (error === null || error === undefined) return res.json(answer);
        const failure = toFailure(error);
        return res.status(failure.status).json({ code: failure.code, detail: failure.detail });
      },
    )(req, res, next);
  app.get('/sso/login/okta', (req, res, next) =>
    run(req, res, next, { step: 'start', returnTo: '/tables/7', otherAccount: req.query['other'] === '1' }),
  );
  app.post('/sso/acs/okta', express.urlencoded({ extended: false, limit: '2mb' }), (req, res, next) =>
    run(req, res, next, { step: 'answer' }),
  );
  const idp = createSamlIdp({
    entityId: fixtureIdp,
    ssoUrl: 'https://idp.acme.example/sso?tenant=a%20b',
    spMetadata: (await provider.metadata?.()) ?? '',
    ...idpOptions,
  });
  return {
    provider,
    idp,
    acsUrl: `${baseUrl}/sso/acs/okta`,
    async start({ other = false } = {}) {
      const answer = await fetch(
        `${baseUrl}/sso/login/okta?other=${other ? 1 : 0}&SAMLResponse=x&RelayState=evil`,
        { redirect: 'manual' },
      );
      expect(answer.status).toBe(302);
      return idp.read(answer.headers.get('location') ?? '');
    },
    async post({ SAMLResponse, RelayState }) {
      const answer = await fetch(`${baseUrl}/sso/acs/okta`, {
        method: 'POST',
        body: new URLSearchParams({ SAMLResponse, RelayState }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
  };
}

const ann = {
  nameId: 'ann@acme.example',
  attributes: [{ name: 'groups', values: ['Data Engineering', 'a,b'] }],
};

describe('login with a SAML identity provider', () => {
  let simple: World;
  beforeAll(async () => {
    simple = await world({ signing: samlKey('sp') });
  });

  it('ends in the assertion that the identity provider signed, with the way back', async () => {
    const asked = await simple.start();
    const result = await simple.post(
      await simple.idp.login(asked, {
        nameId: 'łukasz@acme.example',
        attributes: [
          { name: 'displayName', values: ['Łukasz Müller'] },
          { name: 'email', values: ['łukasz@acme.example'] },
          { name: 'groups', values: ['Data Engineering', 'a,b'] },
        ],
      }),
    );
    expect(result).toMatchObject({
      status: 200,
      body: {
        kind: 'asserted',
        returnTo: '/tables/7',
        assertion: {
          provider: 'okta',
          issuer: fixtureIdp,
          subject: 'łukasz@acme.example',
          displayName: 'Łukasz Müller',
          emailVerified: false,
          groups: { kind: 'present', names: ['Data Engineering', 'a,b'] },
          idpSession: { nameId: { value: 'łukasz@acme.example' } },
        },
      },
    });
  });

  it('signs its request, and asks for another account only when told to', async () => {
    // The identity provider wants requests signed, and samlify has checked the signature in `read`.
    expect(simple.idp.metadata()).toContain('WantAuthnRequestsSigned="true"');
    await expect(simple.start()).resolves.toMatchObject({ forceAuthn: false, acsUrl: simple.acsUrl });
    await expect(simple.start({ other: true })).resolves.toMatchObject({ forceAuthn: true });
  });

  it('keeps two logins of one browser apart', async () => {
    const [one, two] = [await simple.start(), await simple.start()];
    const answers = [await simple.idp.login(one, ann), await simple.idp.login(two, ann)] as const;
    const crossed = await simple.post({ ...answers[0], RelayState: two.relayState });
    expect(crossed).toMatchObject({
      status: 400,
      body: { code: 'login_rejected', detail: 'saml.response.in_response_to' },
    });
    await expect(simple.post(answers[0])).resolves.toMatchObject({ status: 200 });
  });

  it('takes the refusal of the identity provider as a refusal', async () => {
    const denied = await simple.post(
      await simple.idp.deny(await simple.start(), 'AuthnFailed', 'You may not'),
    );
    expect(denied.body).toMatchObject({
      kind: 'refused',
      reason: 'idp_denied',
      idpMessage: 'Responder AuthnFailed',
      returnTo: '/tables/7',
    });
    const off = await simple.post(
      await simple.idp.deny(await simple.start(), 'AuthnFailed', 'User account is disabled'),
    );
    expect(off.body).toMatchObject({ kind: 'refused', reason: 'idp_deactivated' });
  });

  it.each([
    ['somebody else is the audience', { audience: 'https://other.example' }, 'saml.audience.other'],
    ['it was sent to another place', { destination: 'https://other.example' }, 'saml.response.destination'],
    [
      'its clock is an hour behind',
      { issueInstant: new Date(Date.now() - 3_600_000).toISOString() },
      'saml.assertion.too_old',
    ],
  ])('refuses an answer when %s', async (_words, overrides, detail) => {
    const answer = await simple.idp.login(await simple.start(), ann, overrides);
    await expect(simple.post(answer)).resolves.toMatchObject({
      status: 400,
      body: { code: 'login_rejected', detail },
    });
  });

  it('reads what was encrypted for it', async () => {
    const { start, idp, post } = await world(
      { decryption: samlKey('sp'), allowWeak: ['cbc'] },
      { encrypt: true },
    );
    const answer = await idp.login(await start(), ann);
    expect(Buffer.from(answer.SAMLResponse, 'base64').toString()).not.toContain('ann@acme.example');
    await expect(post(answer)).resolves.toMatchObject({
      status: 200,
      body: { assertion: { subject: 'ann@acme.example' } },
    });
  });

  it('takes a login that nobody asked for only where the file allows it', async () => {
    const { idp, post, acsUrl, provider } = await world({ allowUnsolicited: true });
    const metadata = (await provider.metadata?.()) ?? '';
    const audience = /entityID="([^"]*)"/.exec(metadata)?.[1] ?? '';
    const unasked: SamlAsked = {
      id: '',
      relayState: 'https://evil.example/',
      acsUrl,
      audience,
      forceAuthn: false,
    };
    const answer = await idp.login(unasked, ann);
    await expect(post(answer)).resolves.toMatchObject({ status: 200, body: { kind: 'asserted' } });
    await expect(post(answer)).resolves.toMatchObject({ status: 400, body: { code: 'replayed' } });
    await expect(simple.post(answer)).resolves.toMatchObject({
      status: 400,
      body: { code: 'login_state_unknown' },
    });
  });
});
