import { describe, expect, it } from '@jest/globals';
import { scimProviderOf, type ScimWorld } from '../../support/scim-world.ts';
import { refusal } from './case.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Credentials belong to a provider; a digest is all that is kept of them. */
export function tokens(world: () => ScimWorld): void {
  const create = (provider: string, kind: 'bearer' | 'client', expiresAt?: number) => {
    world().providers.set(provider, scimProviderOf(provider));
    return world().tokens.create({
      provider,
      kind,
      name: `${provider} ${kind}`,
      expiresAt,
      actor: { kind: 'command', name: 'root' },
    });
  };
  const exchange = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL('/scim/oauth/token', world().baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form).toString(),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as any };
  };

  describe('a token', () => {
    it('opens its provider, several at once, until it is revoked', async () => {
      const [one, two] = [await create('keys', 'bearer'), await create('keys', 'bearer')];
      for (const { secret } of [one, two])
        expect((await world().send(secret)('GET', '/Users')).status).toBe(200);
      expect(await world().tokens.revoke(one.token.id, { kind: 'command' })).toBe(true);
      expect(await world().tokens.revoke(one.token.id, { kind: 'command' })).toBe(false);
      expect((await world().send(one.secret)('GET', '/Users')).status).toBe(401);
      expect((await world().send(two.secret)('GET', '/Users')).status).toBe(200);
      const listed = await world().tokens.list('keys');
      expect(listed.map(({ id, revokedAt }) => [id, revokedAt !== undefined])).toEqual([
        [one.token.id, true],
        [two.token.id, false],
      ]);
    });

    it('is refused with one and the same answer when it is missing a character, or was never made', async () => {
      const { secret, token } = await create('near', 'bearer');
      const wrong = [
        secret.slice(0, -1),
        `${secret}a`,
        `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
        secret.replace(token.id, '0123456789abcdef'),
        secret.toUpperCase(),
        token.id,
        token.digest,
        'x',
      ];
      for (const each of wrong) {
        const reply = await world().send(each)('GET', '/Users');
        expect(reply.status).toBe(401);
        expect(reply.body).toEqual(refusal(401));
        expect(reply.body.detail).toBe('The token is not valid.');
        expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="scim", error="invalid_token"');
      }
      expect((await world().send(undefined)('GET', '/ServiceProviderConfig')).status).toBe(401);
    });

    it('ends on its day', async () => {
      const { secret } = await create('ending', 'bearer', Date.now() + 50 * day);
      expect((await world().send(secret)('GET', '/Users')).status).toBe(200);
      const { secret: ended } = await create('ending', 'bearer', Date.now() - 1);
      const reply = await world().send(ended)('GET', '/Users');
      expect([reply.status, reply.body.detail]).toEqual([401, expect.stringContaining('expired on')]);
    });

    it('of a provider that has no SCIM any more opens nothing', async () => {
      const { secret } = await create('former', 'bearer');
      world().providers.delete('former');
      expect((await world().send(secret)('GET', '/Users')).status).toBe(401);
    });

    it('is nowhere but in its digest: not in the directory, nor in the audit trail', async () => {
      const { secret, token } = await create('hidden', 'bearer');
      await world().send(secret)('GET', '/Nothing');
      const kept = JSON.stringify([await world().tokens.list(undefined), await world().events()]);
      expect(kept.includes(secret.slice(-43))).toBe(false);
      expect((await world().events({ type: 'scim.token.created' })).at(-1)).toMatchObject({
        token: token.id,
        provider: 'hidden',
        actor: { kind: 'command', name: 'root' },
      });
    });
  });

  describe('client credentials', () => {
    it('are exchanged for a token of sixty minutes, by the header or by the form', async () => {
      const { token, secret } = await create('oauth', 'client');
      const basic = Buffer.from(`${token.id}:${secret}`).toString('base64');
      for (const reply of [
        await exchange({ grant_type: 'client_credentials' }, { authorization: `Basic ${basic}` }),
        await exchange({ grant_type: 'client_credentials', client_id: token.id, client_secret: secret }),
      ]) {
        expect(reply.status).toBe(200);
        expect(reply.headers.get('cache-control')).toBe('no-store');
        expect(reply.body).toEqual({
          access_token: expect.any(String),
          token_type: 'Bearer',
          expires_in: 3_600,
        });
        const { access_token: access } = reply.body;
        expect((await world().send(access)('GET', '/Users')).status).toBe(200);
      }
      expect((await world().send(secret)('GET', '/Users')).status).toBe(401);
    });

    it('lead to a token that ends after an hour, and with its client', async () => {
      const { token, secret } = await create('hour', 'client');
      const form = { grant_type: 'client_credentials', client_id: token.id, client_secret: secret };
      const access = (await exchange(form)).body.access_token;
      world().clock.advance(59 * minute);
      expect((await world().send(access)('GET', '/Users')).status).toBe(200);
      world().clock.advance(2 * minute);
      expect((await world().send(access)('GET', '/Users')).status).toBe(401);
      const other = (await exchange(form)).body.access_token;
      await world().tokens.revoke(token.id, { kind: 'command' });
      expect((await world().send(other)('GET', '/Users')).status).toBe(401);
      expect((await exchange(form)).status).toBe(401);
    });

    it('that are wrong are refused as OAuth says', async () => {
      const { token, secret } = await create('wrong', 'client');
      const bearer = await create('wrong', 'bearer');
      const right = { grant_type: 'client_credentials', client_id: token.id, client_secret: secret };
      for (const [form, status, error] of [
        [{ ...right, client_secret: `${secret.slice(0, -1)}_` }, 401, 'invalid_client'],
        [{ ...right, client_id: bearer.token.id, client_secret: bearer.secret }, 401, 'invalid_client'],
        [{ ...right, client_id: 'unknown' }, 401, 'invalid_client'],
        [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
        [{ ...right, grant_type: 'password' }, 400, 'unsupported_grant_type'],
        [{ client_id: token.id, client_secret: secret }, 400, 'invalid_request'],
      ] as const) {
        const reply = await exchange(form as Record<string, string>);
        expect([reply.status, reply.body.error]).toEqual([status, error]);
      }
      const twice = await exchange(right, { authorization: 'Basic eDp5' });
      expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request']);
      const challenged = await exchange(
        { grant_type: 'client_credentials' },
        { authorization: 'Basic eDp5' },
      );
      expect(challenged.headers.get('www-authenticate')).toMatch(/^Basic/);
    });
  });
}
