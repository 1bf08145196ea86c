import { beforeEach, describe, expect, it } from '@jest/globals';
import { Failure } from '../../../../src/identity/index.ts';
import { createVerificationKeys, parseKeySet } from '../../../../src/providers/oidc/key-set.ts';
import { createRemoteDocument } from '../../../../src/providers/oidc/remote-document.ts';
import { testClock } from '../../../support/sessions.ts';

const down = new Failure('idp_unavailable');
const refused = new Failure('login_rejected');

describe('a document of the provider', () => {
  const clock = testClock();
  let loads: number;
  let next: () => Promise<string>;
  const made = () =>
    createRemoteDocument(
      () => {
        loads += 1;
        return next();
      },
      { fresh: 100, usable: 1_000, pause: 10 },
      clock.now,
    );
  beforeEach(() => {
    loads = 0;
    next = async () => `load ${loads}`;
  });

  it('is read once while it is fresh, and again later', async () => {
    const document = made();
    expect(await document.read()).toBe('load 1');
    clock.advance(99);
    expect(await document.read()).toBe('load 1');
    clock.advance(1);
    expect(await document.read()).toBe('load 2');
  });

  it('is read once for many who ask at once', async () => {
    const document = made();
    expect(await Promise.all([document.read(), document.read(), document.read()])).toEqual(
      Array(3).fill('load 1'),
    );
  });

  it('outlives a provider that is down, for its time', async () => {
    const document = made();
    await document.read();
    next = () => Promise.reject(down);
    clock.advance(500);
    expect(await document.read()).toBe('load 1');
    clock.advance(500);
    await expect(document.read()).rejects.toBe(down);
  });

  it('does not outlive an answer that is refused', async () => {
    const document = made();
    await document.read();
    next = () => Promise.reject(refused);
    clock.advance(100);
    await expect(document.read()).rejects.toBe(refused);
    await expect(document.read()).rejects.toBe(refused);
  });

  it('is not asked for again right after a failure', async () => {
    const document = made();
    next = () => Promise.reject(down);
    await expect(document.read()).rejects.toBe(down);
    await expect(document.read()).rejects.toBe(down);
    expect(loads).toBe(1);
    next = async () => 'back';
    clock.advance(10);
    expect(await document.read()).toBe('back');
  });
});

describe('verification keys', () => {
  const clock = testClock();
  let fetches: number;
  let published: string[];
  const keys = () =>
    createVerificationKeys(async () => {
      fetches += 1;
      return { text: '', keyIds: new Set(published) };
    }, clock.now);
  beforeEach(() => {
    fetches = 0;
    published = ['a'];
  });

  it('are fetched again for an unknown key id, at most once a minute', async () => {
    const set = keys();
    await set.for({ kid: 'a' });
    for (let each = 0; each < 100; each += 1) await set.for({ kid: `made-up ${each}` });
    expect(fetches).toBe(2);
    clock.advance(60_000);
    for (let each = 0; each < 100; each += 1) await set.for({ kid: `made-up ${each}` });
    expect(fetches).toBe(3);
  });

  it('are fetched at once when a rotation is seen', async () => {
    const set = keys();
    await set.for({ kid: 'a' });
    published = ['b'];
    expect((await set.for({ kid: 'b' })).keyIds).toEqual(new Set(['b']));
  });

  it('are no older than a minute for a token without a key id', async () => {
    const set = keys();
    await set.for({ kid: undefined });
    await set.for({ kid: undefined });
    expect(fetches).toBe(1);
    clock.advance(60_000);
    await set.for({ kid: undefined });
    expect(fetches).toBe(2);
  });

  it('that were withdrawn are forgotten after ten minutes', async () => {
    const set = keys();
    await set.for({ kid: 'a' });
    published = [];
    clock.advance(600_000);
    expect((await set.for({ kid: 'a' })).keyIds.size).toBe(0);
  });

  it('are read from a key set and from nothing else', () => {
    expect(parseKeySet('{"keys":[{"kid":"a"},{"kty":"RSA"},null,{"kid":7}]}')?.keyIds).toEqual(
      new Set(['a']),
    );
    for (const text of ['', 'null', '[]', '{}', '{"keys":{}}', '{"keys":null}']) {
      expect(parseKeySet(text)).toBeUndefined();
    }
  });
});
