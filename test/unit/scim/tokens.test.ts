import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ScimToken } from '../../../src/directory/index.ts';
import { idIn, isSecret, newSecret } from '../../../src/scim/auth/secret.ts';
import { warnOfEnds, warningDue } from '../../../src/scim/auth/tokens.ts';

const day = 24 * 60 * 60_000;
const tokenOf = (overrides: Partial<ScimToken> = {}): ScimToken => ({
  id: '0123456789abcdef',
  provider: 'okta',
  kind: 'bearer',
  name: 'Okta, production',
  digest: 'x',
  clientId: undefined,
  createdAt: 0,
  expiresAt: 100 * day,
  lastUsedAt: undefined,
  revokedAt: undefined,
  ...overrides,
});

describe('the end of a token', () => {
  it.each([
    [31, undefined],
    [30, 30],
    [15, 30],
    [14, 14],
    [4, 14],
    [3, 3],
    [0.01, 3],
    [0, undefined],
    [-5, undefined],
  ])('%d days ahead is worth a warning of %s days', (left, expected) => {
    expect(warningDue(tokenOf(), (100 - left) * day)).toBe(expected);
  });

  it('is no matter where there is none, or the token is revoked', () => {
    expect(warningDue(tokenOf({ expiresAt: undefined }), 99 * day)).toBeUndefined();
    expect(warningDue(tokenOf({ revokedAt: 1 }), 99 * day)).toBeUndefined();
  });

  it('is warned of once a distance, whichever process looks', async () => {
    const said: unknown[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (fields: unknown) => void said.push(fields) };
    const warned = new Set<string>();
    const store = {
      list: async () => [tokenOf()],
      async warn(id: string, days: number) {
        const isFirst = !warned.has(`${id} ${days}`);
        warned.add(`${id} ${days}`);
        return isFirst;
      },
    };
    for (const left of [40, 29, 20, 13, 13, 2]) await warnOfEnds(store, (100 - left) * day, log);
    expect(said).toHaveLength(3);
    expect(said[0]).toMatchObject({
      provider: 'okta',
      name: 'Okta, production',
      expiresAt: '1970-04-11T00:00:00.000Z',
    });
    expect(JSON.stringify(said)).not.toContain('digest');
  });
});

describe('a secret', () => {
  it('shows its id and is known by its digest only', () => {
    const { id, secret, digest } = newSecret(randomBytes);
    expect(idIn(secret)).toBe(id);
    expect(isSecret(secret, digest)).toBe(true);
    expect(isSecret(`${secret}x`, digest)).toBe(false);
    expect(isSecret(secret, undefined)).toBe(false);
    expect(isSecret(secret, '')).toBe(false);
    expect(secret).not.toContain(digest);
    for (const wrong of ['', 'dwscim_', `${secret} `, secret.slice(0, -1), `x${secret}`])
      expect(idIn(wrong)).toBeUndefined();
  });
});
