import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKeyring, samlKeys } from '../../../src/keys/index.ts';
import { silentLog } from '../../../src/identity/index.ts';
import { createSamlProvider, createSecondLock } from '../../../src/providers/saml/index.ts';
import type { Provider } from '../../../src/providers/types.ts';
import { memoryKeys, plainBox } from '../../support/key-store.ts';
import { createSamlIdp, type SamlIdp } from '../../support/saml-idp.ts';
import { fixtureIdp, memoryFlows, memoryOnce, samlConfig } from '../../support/saml-provider.ts';
import { ask, formPost } from '../../support/saml-ask.ts';

const secondLock = createSecondLock({ threads: 1, queue: 8, timeout: 30_000 });
afterAll(() => secondLock.close());

const day = 24 * 60 * 60_000;
const actor = { kind: 'command' } as const;

describe('a SAML provider whose file names no keys', () => {
  const clock = { ahead: 0 };
  const now = (): number => Date.now() + clock.ahead;
  const keyring = createKeyring({
    store: memoryKeys(),
    box: plainBox(['secret']),
    subject: 'catalog.acme.example',
    now,
    log: silentLog,
  });
  let provider: Provider;
  /** An identity provider that has loaded our metadata; samlify knows one certificate a use, the first. */
  const idp = async (encrypt = false): Promise<SamlIdp> =>
    createSamlIdp({
      entityId: fixtureIdp,
      ssoUrl: 'https://idp.acme.example/sso',
      spMetadata: firstKeys((await provider.metadata?.()) ?? ''),
      encrypt,
      now,
    });
  const start = async (): Promise<string> => {
    const started = await ask(
      provider,
      {},
      { session: false, step: 'start', returnTo: undefined, browser: 'b1' },
    );
    if (started.kind !== 'redirect') throw new Error(JSON.stringify(started));
    return started.url;
  };
  const certificates = async (use: string): Promise<string[]> => {
    const xml = (await provider.metadata?.()) ?? '';
    return [
      ...xml.matchAll(new RegExp(`<KeyDescriptor use="${use}">[^]*?<ds:X509Certificate>(.*?)<`, 'g')),
    ].map(([, text = '']) => text);
  };

  beforeAll(() => {
    provider = createSamlProvider(samlConfig({ ownDecryption: true, allowWeak: ['cbc'] }), {
      baseUrl: 'https://catalog.acme.example',
      prefix: '/sso',
      flows: memoryFlows(),
      transient: memoryOnce(),
      now,
      log: silentLog,
      secondLock,
      ownKeys: () => samlKeys(keyring),
    });
  });

  it('signs its requests with the gateway’s own key, which its metadata names', async () => {
    expect(await provider.metadata?.()).toContain('AuthnRequestsSigned="true"');
    expect(await certificates('signing')).toHaveLength(1);
    // The identity provider checks the signature with the metadata's certificate.
    const asked = await (await idp()).read(await start());
    expect(asked.id).toMatch(/^_/);
  });

  it('publishes both certificates while its key is rotated, and signs with the one that each moment asks for', async () => {
    const before = await idp();
    const [old] = await certificates('signing');
    await keyring.rotate('saml-signing', { actor });
    const [first, second, ...others] = await certificates('signing');
    expect([first, others]).toEqual([old, []]);
    // Whoever has not loaded the new metadata yet still finds the old signature.
    await expect(before.read(await start())).resolves.toBeDefined();
    clock.ahead += 14 * day;
    expect(await certificates('signing')).toEqual([second, first]);
    await expect((await idp()).read(await start())).resolves.toBeDefined();
    await expect(before.read(await start())).rejects.toThrow();
    clock.ahead += 14 * day;
    expect(await certificates('signing')).toEqual([second]);
    clock.ahead = 0;
  });

  it('opens what was encrypted for its key, also for the one before', async () => {
    const old = await idp(true);
    const answer = async (by: SamlIdp): Promise<unknown> => {
      const asked = await by.read(await start());
      const post = await by.login(asked, { nameId: 'ann@acme.example' });
      expect(Buffer.from(post.SAMLResponse, 'base64').toString()).not.toContain('ann@acme.example');
      const { SAMLResponse, RelayState } = post;
      const form = formPost({ SAMLResponse, RelayState });
      const answered = await ask(provider, form, { session: false, step: 'answer', browser: 'b1' });
      return answered.kind === 'success' ? answered.answer : answered;
    };
    expect(await answer(old)).toMatchObject({ kind: 'asserted', assertion: { subject: 'ann@acme.example' } });
    await keyring.rotate('saml-decryption', { actor, notice: 0 });
    expect(await certificates('encryption')).toHaveLength(2);
    expect(await answer(old)).toMatchObject({ kind: 'asserted', assertion: { subject: 'ann@acme.example' } });
    expect(await answer(await idp(true))).toMatchObject({ kind: 'asserted' });
  });
});

function firstKeys(metadata: string): string {
  const seen = new Set<string>();
  return metadata.replaceAll(
    /<KeyDescriptor use="([a-z]+)">[^]*?<\/KeyDescriptor>/g,
    (descriptor, use: string) => {
      if (seen.has(use)) return '';
      seen.add(use);
      return descriptor;
    },
  );
}
