import { afterAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '../../../src/identity/index.ts';
import { createSamlProvider, createSecondLock } from '../../../src/providers/saml/index.ts';
import { ask, formPost } from '../../support/saml-ask.ts';
import { createSamlIdp } from '../../support/saml-idp.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { fixtureBase, fixtureIdp, memoryFlows, memoryOnce, samlConfig } from '../../support/saml-provider.ts';

const secondLock = createSecondLock();
afterAll(() => secondLock.close());

async function world(options: { encrypt?: boolean } = {}) {
  const deps = {
    baseUrl: fixtureBase,
    prefix: '/sso',
    flows: memoryFlows(),
    transient: memoryOnce(),
    now: Date.now,
    log: silentLog,
    secondLock,
  };
  const provider = createSamlProvider(
    samlConfig({ signing: samlKey('sp'), ...(options.encrypt && { decryption: samlKey('sp') }) }),
    deps,
  );
  const idp = createSamlIdp({
    entityId: fixtureIdp,
    ssoUrl: 'https://idp.acme.example/sso',
    spMetadata: (await provider.metadata?.()) ?? '',
    ...options,
  });
  const start = async () => {
    const asked = await ask(
      provider,
      {},
      { session: false, step: 'start', returnTo: '/tables/7', browser: 'b1' },
    );
    if (asked.kind !== 'redirect') throw new Error('no redirect');
    return idp.read(asked.url);
  };
  const post = (fields: object) =>
    ask(provider, formPost({ ...fields }), { session: false, step: 'answer', browser: 'b1' });
  return { provider, idp, start, post };
}

describe('login with a SAML identity provider', () => {
  it('ends in the assertion that the identity provider signed, with the way back', async () => {
    const { idp, start, post } = await world();
    const asked = await start();
    const { SAMLResponse, RelayState } = await idp.login(asked, {
      nameId: 'łukasz@acme.example',
      attributes: [
        { name: 'displayName', values: ['Łukasz Müller'] },
        { name: 'email', values: ['łukasz@acme.example'] },
        { name: 'groups', values: ['Data Engineering', 'a,b'] },
      ],
    });
    const result = await post({ SAMLResponse, RelayState });
    expect(result).toMatchObject({
      kind: 'success',
      answer: {
        kind: 'asserted',
        returnTo: '/tables/7',
        assertion: {
          provider: 'okta',
          issuer: fixtureIdp,
          subject: 'łukasz@acme.example',
          displayName: 'Łukasz Müller',
          emailVerified: false,
          groups: { kind: 'present', names: ['Data Engineering', 'a,b'] },
        },
      },
    });
  });
});
