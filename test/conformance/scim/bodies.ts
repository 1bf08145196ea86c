import { describe, expect, it } from '@jest/globals';
import type { ScimWorld } from '../../support/scim-world.ts';
import { refusal } from './case.ts';

/** Bytes that no client library would send, and types of content. */
export function bodies(world: () => ScimWorld): void {
  async function post(body: Buffer | string, headers: Record<string, string> = {}) {
    const actor = { kind: 'command' } as const;
    const token = { provider: 'okta', kind: 'bearer', name: 'bytes', expiresAt: undefined, actor } as const;
    const { secret } = await world().tokens.create(token);
    const response = await fetch(new URL('/scim/v2/Users', world().baseUrl), {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json', ...headers },
    });
    return { status: response.status, body: (await response.json()) as any };
  }

  describe('a body', () => {
    it('that is no UTF-8 is refused, and makes nobody', async () => {
      const bytes = Buffer.from('{"userName":"bytes-?@acme.example"}');
      bytes[bytes.indexOf('?')] = 0xff;
      expect((await post(bytes)).body).toEqual(refusal(400, 'invalidSyntax'));
      expect((await post(Buffer.from('{"userName":"utf-16"}', 'utf16le'))).status).toBe(400);
    });

    it('may begin with a byte order mark', async () => {
      const reply = await post(Buffer.from('\ufeff{"userName":"marked@acme.example"}'));
      expect([reply.status, reply.body.userName]).toEqual([201, 'marked@acme.example']);
    });

    it.each([
      ['application/json', 201],
      ['application/json; charset=utf-8', 201],
      ['APPLICATION/SCIM+JSON; charset="UTF-8"', 201],
      ['application/json; charset=iso-8859-1', 415],
      ['application/json-patch+json', 415],
      ['text/plain', 415],
      ['application/x-www-form-urlencoded', 415],
    ])('of the type %s is answered with %d', async (type, status) => {
      const userName = `${Buffer.from(type).toString('hex').slice(0, 90)}@acme.example`;
      const reply = await post(JSON.stringify({ userName }), { 'content-type': type });
      expect(reply.status).toBe(status);
      if (status !== 201) expect(reply.body).toEqual(refusal(status));
    });
  });
}
