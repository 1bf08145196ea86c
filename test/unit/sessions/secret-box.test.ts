import { describe, expect, it } from '@jest/globals';
import { decryptSecret, encryptSecret, openIdpSession, sealIdpSession } from '../../../src/sessions/index.ts';

const [first, second] = ['1'.repeat(32), '2'.repeat(32)];

describe('encrypting a secret', () => {
  it('gives it back, and never looks the same twice', () => {
    const sealed = encryptSecret('tökën', [first], 'p');
    expect(decryptSecret(sealed, [first], 'p')).toBe('tökën');
    expect(encryptSecret('tökën', [first], 'p')).not.toBe(sealed);
    expect(decryptSecret(encryptSecret('', [first], 'p'), [first], 'p')).toBe('');
  });

  it('encrypts with the first secret and decrypts with all', () => {
    const old = encryptSecret('x', [first], 'p');
    expect(decryptSecret(old, [second, first], 'p')).toBe('x');
    expect(decryptSecret(encryptSecret('x', [second, first], 'p'), [first], 'p')).toBeUndefined();
    expect(decryptSecret(old, [second], 'p')).toBeUndefined();
  });

  it('gives nothing for another purpose, or when one bit was changed, or cut off', () => {
    const sealed = encryptSecret('secret', [first], 'p');
    expect(decryptSecret(sealed, [first], 'q')).toBeUndefined();
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(decryptSecret(`v1.${changed.toString('base64url')}`, [first], 'p')).toBeUndefined();
      expect(
        decryptSecret(`v1.${bytes.subarray(0, at).toString('base64url')}`, [first], 'p'),
      ).toBeUndefined();
    }
    expect(decryptSecret(sealed.replace('v1', 'v2'), [first], 'p')).toBeUndefined();
    expect(decryptSecret('', [first], 'p')).toBeUndefined();
  });

  it('does not encrypt without a secret', () => {
    expect(() => encryptSecret('x', [], 'p')).toThrow('no secret');
  });
});

describe('the stored form of an IdP session', () => {
  const idp = {
    sid: 's',
    nameId: { value: 'n' },
    idToken: 'id-token',
    refreshToken: 'refresh-token',
    expiresAt: 7,
  };

  it('hides the tokens and nothing else, and comes back as it was', () => {
    const stored = sealIdpSession(idp, [first]);
    expect(stored).toMatchObject({ sid: 's', nameId: { value: 'n' }, expiresAt: 7 });
    expect(JSON.stringify(stored)).not.toMatch(/id-token|refresh-token/);
    expect(openIdpSession(stored, [second, first])).toEqual(idp);
  });

  it('leaves out tokens that cannot be decrypted any more, and adds none', () => {
    const { idToken: _id, refreshToken: _refresh, ...rest } = idp;
    expect(openIdpSession(sealIdpSession(idp, [first]), [second])).toEqual(rest);
    expect(sealIdpSession({}, [first])).toEqual({});
  });
});
