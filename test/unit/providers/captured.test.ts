import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readCaptured } from '../../../src/providers/index.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';

const claims = { iss: 'https://idp.example', sub: 'ann', email: 'ann@acme.example', email_verified: true };
const jwt = ['{"alg":"RS256"}', JSON.stringify(claims), 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

describe('a captured answer', () => {
  it('is read from an ID token and from the JSON of its claims alike', () => {
    const config = oidcConfig();
    const [token, json] = [jwt, JSON.stringify(claims)].map((text) => readCaptured(config, text));
    expect(token).toMatchObject({ signed: true, assertion: { subject: 'ann', emailVerified: true } });
    expect(json?.signed).toBe(false);
    expect(json?.assertion.subject).toBe('ann');
    expect(json?.assertion.groups).toEqual({ kind: 'absent' });
  });

  it.each(['', 'no json', '[]', '{"sub": 7}', 'a.b.c'])('that is %j is refused with a code', (text) => {
    expect(() => readCaptured(oidcConfig(), text)).toThrow(
      expect.objectContaining({ code: 'login_rejected' }),
    );
  });
});

const folder = fileURLToPath(new URL('../../fixtures/saml/valid', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.xml'));

describe('a captured SAML response', () => {
  it.each(files)('%s is read, or refused with a code, and never verified', async (name) => {
    const { samlConfig } = await import('../../support/saml-provider.ts');
    const xml = readFileSync(join(folder, name), 'utf8');
    for (const text of [xml, Buffer.from(xml).toString('base64')]) {
      try {
        expect(readCaptured(samlConfig(), text)).toMatchObject({
          signed: true,
          assertion: { provider: samlConfig().id },
        });
      } catch (error) {
        expect(error).toMatchObject({ code: 'login_rejected' });
        expect(name).toMatch(/encrypt|transient|comment|cdata|provider-says/);
      }
    }
  });
});
