import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { Config } from '../../../src/config/index.ts';
import type { AdmittedIdentity } from '../../../src/gate/index.ts';
import { sessionRef, digestOf } from '../../../src/sessions/index.ts';
import { testSigner } from '../../support/assertion-signer.ts';
import { gateWorld, snapshot, type GateWorld } from '../../support/gate-world.ts';

const minute = 60_000;
const page = { host: 'catalog.example', path: '/', method: 'GET' };

async function world(config: Partial<Config> = {}) {
  const clock = { world: undefined as GateWorld | undefined };
  const now = (): number => clock.world?.now ?? Date.UTC(2026, 10, 23);
  const signer = await testSigner(now);
  const made = gateWorld(
    { assertion: { lifetime: 5 * minute, audience: 'https://catalog.example' }, ...config },
    { signer },
  );
  clock.world = made;
  const cookie = made.signIn('one', { authTimeStated: true, acr: 'urn:mfa' });
  const ask = async (own = cookie, request: Partial<typeof page> = {}): Promise<AdmittedIdentity> => {
    const admission = await made.gate.admit({ ...page, ...request, cookie: own });
    if (admission.kind !== 'admitted') throw new Error(admission.kind);
    return admission.identity;
  };
  const verified = async (token: string): Promise<JWTPayload> => {
    const keys = createLocalJWKSet(JSON.parse(signer.keySet() ?? '') as JSONWebKeySet);
    const currentDate = new Date(made.now);
    return (await jwtVerify(token, keys, { algorithms: ['ES256'], currentDate })).payload;
  };
  return { ...made, made, signer, cookie, ask, verified };
}

const idle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the assertion', () => {
  it('says who it is, for which application, until when, and names the session without giving it away', async () => {
    const { made, ask, verified } = await world();
    const { assertion } = await ask();
    const at = made.now / 1000;
    expect(await verified(assertion)).toEqual({
      iss: 'https://catalog.example',
      aud: 'https://catalog.example',
      sub: snapshot().id,
      email: 'lukasz@acme.example',
      email_verified: true,
      name: 'Łukasz Müller',
      preferred_username: 'lukasz@acme.example',
      groups: ['a,b', 'engineers'],
      role: 'guest',
      sid: sessionRef(digestOf('one')),
      auth_time: at,
      acr: 'urn:mfa',
      iat: at,
      exp: at + 300,
    });
  });

  it('is signed once, not for each request', async () => {
    const { ask, signer } = await world();
    const first = await ask();
    for (let count = 0; count < 50; count += 1) expect((await ask()).assertion).toBe(first.assertion);
    expect(signer.signed).toBe(1);
  });

  it('is signed anew after a change of the user, on the very next request', async () => {
    const { made, ask, verified } = await world();
    await ask();
    made.setUser(snapshot().id, snapshot({ version: 2, groups: ['stewards'] }));
    const payload = await verified((await ask()).assertion);
    expect(payload).toMatchObject({ groups: ['stewards'], role: 'admin' });
  });

  it('is made anew between requests before it ends, so that whoever gets it has time to use it', async () => {
    const { made, ask, signer } = await world();
    const first = (await ask()).assertion;
    made.now += 2.5 * minute;
    expect((await ask()).assertion).toBe(first);
    expect((await ask()).assertion).toBe(first);
    await idle();
    expect(signer.signed).toBe(2);
    const second = (await ask()).assertion;
    expect(decodeJwt(second).iat).toBe(made.now / 1000);
    expect(signer.signed).toBe(2);
  });

  it('that was not asked for in a long time is made anew at once', async () => {
    const { made, ask, verified } = await world();
    await ask();
    made.now += 4 * minute;
    const payload = await verified((await ask()).assertion);
    expect(payload.exp).toBe(made.now / 1000 + 300);
  });

  it('does not outlive the session', async () => {
    const { made, ask, verified } = await world();
    const cookie = made.signIn('short', {}, { absoluteExpiresAt: made.now + minute });
    expect((await verified((await ask(cookie)).assertion)).exp).toBe(made.now / 1000 + 60);
  });

  it('is each session’s own', async () => {
    const { made, ask } = await world();
    const other = made.signIn('two');
    const [mine, theirs] = [await ask(), await ask(other)];
    expect(decodeJwt(mine.assertion)['sid']).not.toBe(decodeJwt(theirs.assertion)['sid']);
    expect(mine.user.id).toBe(theirs.user.id);
  });

  it('is signed with the new key as soon as there is one', async () => {
    const { made, ask, signer, verified } = await world();
    const old = (await ask()).assertion;
    await signer.keyring.rotate('assertion', { actor: { kind: 'command' }, notice: 0 });
    await signer.start();
    const fresh = (await ask()).assertion;
    expect(fresh).not.toBe(old);
    await verified(fresh);
    await verified(old);
    made.now += 1;
    expect((await ask()).assertion).toBe(fresh);
  });

  it('is for the application that was asked for, by host and path, whatever host a client makes up', async () => {
    const { ask, signer } = await world({
      apps: [
        { host: 'lake.example', path: '/', audience: 'lake' },
        { host: 'lake.example', path: '/admin', audience: 'lake-admin' },
      ],
    });
    const audience = async (host: string, path: string) =>
      decodeJwt((await ask(undefined, { host, path })).assertion).aud;
    const all = async () => [
      await audience('lake.example', '/'),
      await audience('lake.example:8443', '/admin/x'),
      await audience('lake.example', '/administrator'),
      await audience('catalog.example', '/admin'),
      await audience('evil.example', '/'),
    ];
    const expected = ['lake', 'lake-admin', 'lake', 'https://catalog.example', 'https://catalog.example'];
    expect(await all()).toEqual(expected);
    expect(await all()).toEqual(expected);
    expect(signer.signed).toBe(3);
  });

  it('is bounded, and says how many groups did not fit', async () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `Ünit ${String(index).padStart(5, '0')}`);
    const { made, ask, verified } = await world({
      headers: { set: 'x-auth-request', user: 'id', maxGroupsBytes: 1024 },
    });
    made.setUser(snapshot().id, snapshot({ version: 2, groups }));
    const { assertion } = await ask();
    expect(assertion.length).toBeLessThan(2300);
    const payload = await verified(assertion);
    const told = payload['groups'] as string[];
    expect(told).toEqual(groups.slice(0, told.length));
    expect(payload['groups_truncated']).toBe(10_000 - told.length);
  });

  it('is empty when there is no key, and where it is switched off', async () => {
    const off = gateWorld({ assertion: undefined }, { signer: await testSigner(() => 0) });
    const nobody = gateWorld(
      { assertion: { lifetime: minute, audience: 'x' } },
      { signer: { keyId: () => undefined, sign: () => undefined } },
    );
    for (const each of [off, nobody]) {
      const admission = await each.gate.admit({ ...page, cookie: each.signIn('one') });
      expect(admission).toMatchObject({ kind: 'admitted', identity: { assertion: '' } });
    }
  });

  it('of an idle session is given up, of one in use never', async () => {
    const { made, ask, signer } = await world();
    const cookies = Array.from({ length: 3000 }, (_, index) => made.signIn(`session-${index}`));
    for (const each of cookies) await ask(each);
    for (let round = 0; round < 12; round += 1) {
      made.now += minute;
      await ask();
      await idle();
    }
    const before = signer.signed;
    expect((await ask()).assertion).not.toBe('');
    expect(signer.signed).toBe(before);
    const again = await ask(cookies[0]);
    expect(decodeJwt(again.assertion).iat).toBe(made.now / 1000);
  });
});
