import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { silentLog } from '../../../src/identity/index.ts';
import { createAssertionSigner, createKeyring, samlKeys, type KeyActor } from '../../../src/keys/index.ts';
import { memoryKeys, plainBox } from '../../support/key-store.ts';

const actor: KeyActor = { kind: 'command', name: 'test' };
const minute = 60_000;

function world(secrets: readonly string[] = ['one']) {
  const store = memoryKeys();
  const clock = { now: Date.parse('2026-03-14T09:00:00Z') };
  const ring = (own = secrets) =>
    createKeyring({
      store,
      box: plainBox(own),
      subject: 'sso.acme.example',
      now: () => clock.now,
      log: silentLog,
    });
  return { store, clock, ring };
}

describe('the first use of a key', () => {
  it('makes one, although ten ask at once, and tells the audit log of that one', async () => {
    const { store, ring } = world();
    const found = await Promise.all(Array.from({ length: 10 }, () => ring().keys('assertion')));
    expect(store.keys).toHaveLength(1);
    expect(new Set(found.flat().map(({ id }) => id)).size).toBe(1);
    expect(store.events).toMatchObject([
      { type: 'key.created', use: 'assertion', actor: { kind: 'system' } },
    ]);
  });

  it('keeps the private key sealed', async () => {
    const { store, ring } = world();
    await ring().keys('assertion');
    expect(store.keys[0]?.sealed).toMatch(/^one\|-----BEGIN PRIVATE KEY/);
    expect(store.keys[0]?.publicPart).not.toMatch(/"d"/);
  });
});

describe('a SAML key', () => {
  it('is RSA of 3072 bits with a certificate of its own that names our host and is no authority', async () => {
    const { clock, ring } = world();
    const keys = await samlKeys(ring());
    const certificate = new X509Certificate(keys.signing.certificatePem);
    expect(certificate.subject).toBe('CN=sso.acme.example');
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 3072 });
    expect(certificate.validFromDate.getTime()).toBeLessThan(clock.now);
    expect(certificate.validToDate.getTime()).toBeGreaterThan(clock.now + 9 * 365 * 24 * 60 * minute);
    expect(createPublicKey(keys.signing.privateKeyPem).equals(certificate.publicKey)).toBe(true);
    expect(keys.signingCertificates).toEqual([keys.signing.certificatePem]);
    expect(keys.decryptionCertificates).toHaveLength(1);
    expect(keys.decryptionCertificates[0]).not.toBe(keys.signing.certificatePem);
  });

  it('is rotated with overlap: the next one is published before it signs, the previous one after', async () => {
    const { clock, ring } = world();
    const before = await samlKeys(ring());
    await ring().rotate('saml-signing', { actor });
    const during = await samlKeys(ring());
    expect(during.signing.certificatePem).toBe(before.signing.certificatePem);
    expect(during.signingCertificates).toHaveLength(2);
    clock.now += 14 * 24 * 60 * minute;
    const after = await samlKeys(ring());
    expect(after.signing.certificatePem).toBe(during.signingCertificates[1]);
    expect(after.signingCertificates).toEqual([...during.signingCertificates].toReversed());
    clock.now += 14 * 24 * 60 * minute;
    expect((await samlKeys(ring())).signingCertificates).toEqual([after.signing.certificatePem]);
  });
});

describe('a rotation', () => {
  it('that is asked for twice makes one key', async () => {
    const { store, ring } = world();
    expect(await ring().rotate('assertion', { actor })).toMatchObject({
      kind: 'made',
      key: { generation: 2 },
    });
    expect(await ring().rotate('assertion', { actor })).toMatchObject({
      kind: 'waiting',
      key: { generation: 2 },
    });
    expect(store.keys).toHaveLength(2);
  });

  it('in a hurry lets the waiting key sign sooner', async () => {
    const { clock, store, ring } = world();
    await ring().rotate('assertion', { actor });
    const { kind } = await ring().rotate('assertion', { actor, notice: minute });
    expect(kind).toBe('hastened');
    expect(store.events.at(-1)).toMatchObject({ type: 'key.hastened', actor, signsFrom: clock.now + minute });
    clock.now += minute;
    expect((await ring().keys('assertion')).map(({ state }) => state)).toEqual(['previous', 'current']);
  });

  it('of a key that somebody else may have does not publish it any more', async () => {
    const { clock, ring } = world();
    await ring().keys('assertion');
    await ring().rotate('assertion', { actor, notice: minute, drop: true });
    clock.now += minute;
    expect((await ring().keys('assertion')).map(({ state }) => state)).toEqual(['gone', 'current']);
  });

  it('drops a waiting key’s predecessor too, without putting the waiting key off', async () => {
    const { clock, ring } = world();
    await ring().rotate('assertion', { actor, notice: 10 });
    const { key } = await ring().rotate('assertion', { actor, notice: minute, drop: true });
    expect(key.signsFrom).toBe(clock.now + 10);
    clock.now += 10;
    expect((await ring().keys('assertion')).map(({ state }) => state)).toEqual(['gone', 'current']);
  });

  it('forgets what has been gone before', async () => {
    const { clock, store, ring } = world();
    for (let round = 0; round < 4; round += 1) {
      await ring().rotate('assertion', { actor });
      clock.now += 3 * 60 * minute;
    }
    expect(store.keys.map(({ generation }) => generation)).toEqual([4, 5]);
  });
});

describe('the secrets of the configuration', () => {
  it('may be rotated: keys are sealed anew with the newest', async () => {
    const { store, ring } = world(['old']);
    const before = await samlKeys(ring());
    await ring(['new', 'old']).reseal();
    expect(store.keys.every(({ sealed }) => sealed.startsWith('new|'))).toBe(true);
    expect((await samlKeys(ring(['new']))).signing).toEqual(before.signing);
  });

  it('that do not open a key make no new one behind the back of the others: it fails, and says what to do', async () => {
    const { store, clock } = world();
    const said: string[] = [];
    const log = { ...silentLog, error: (_: unknown, message: string) => void said.push(message) };
    const open = (secret: string) =>
      createKeyring({ store, box: plainBox([secret]), subject: 'x', now: () => clock.now, log });
    await open('one').keys('assertion');
    const [key] = await open('two').keys('assertion');
    expect(() => open('two').privateKey(key!)).toThrow(
      expect.objectContaining({ detail: 'keys.unreadable' }),
    );
    expect(said.join()).toContain('doorward keys rotate');
    expect(store.keys).toHaveLength(1);
  });
});

describe('the signer of assertions', () => {
  const verify = (token: string | undefined, set: string | undefined, at: number) =>
    jwtVerify(token ?? '', createLocalJWKSet(JSON.parse(set ?? '{}') as JSONWebKeySet), {
      algorithms: ['ES256'],
      currentDate: new Date(at),
    });

  it('makes tokens that jose verifies with the published set, ids being thumbprints', async () => {
    const { clock, ring } = world();
    const signer = createAssertionSigner({ keyring: ring(), now: () => clock.now, log: silentLog });
    expect(signer.sign({})).toBeUndefined();
    expect(signer.keySet()).toBeUndefined();
    await signer.start();
    const { payload, protectedHeader } = await verify(
      signer.sign({ name: 'Łukasz' }),
      signer.keySet(),
      clock.now,
    );
    expect(payload).toEqual({ name: 'Łukasz' });
    const [jwk] = (JSON.parse(signer.keySet() ?? '') as JSONWebKeySet).keys;
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: await calculateJwkThumbprint(jwk!) });
    expect(jwk).not.toHaveProperty('d');
    signer.close();
  });

  it('publishes the next key before it signs with it, and the previous one while its tokens live', async () => {
    const { clock, ring } = world();
    const read = async () => {
      const signer = createAssertionSigner({ keyring: ring(), now: () => clock.now, log: silentLog });
      await signer.start();
      signer.close();
      return signer;
    };
    const old = (await read()).sign({ n: 1 });
    await ring().rotate('assertion', { actor });
    const during = await read();
    const stillOld = during.sign({ n: 2 });
    await verify(stillOld, during.keySet(), clock.now);
    clock.now += 15 * minute;
    // Without reading anew: the time has come, and the key was known.
    const fresh = during.sign({ n: 3 });
    expect(fresh?.split('.')[0]).not.toBe(stillOld?.split('.')[0]);
    const after = await read();
    for (const token of [old, stillOld, fresh]) await verify(token, after.keySet(), clock.now);
    clock.now += 61 * minute;
    const later = (await read()).keySet();
    await expect(verify(old, later, clock.now)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    await verify(fresh, later, clock.now);
  });

  it('goes on with what it knows while the store is down', async () => {
    const { store, clock, ring } = world();
    const signer = createAssertionSigner({
      keyring: ring(),
      now: () => clock.now,
      log: silentLog,
      interval: 5,
    });
    await signer.start();
    store.down = true;
    await new Promise((resolve) => setTimeout(resolve, 40));
    await verify(signer.sign({}), signer.keySet(), clock.now);
    signer.close();
  });
});
