import { afterAll, describe, expect, it } from '@jest/globals';
import { exit, run } from '../../../src/cli/index.ts';
import { removeConfigs, smallGateway, writeConfig } from '../../support/config-files.ts';

afterAll(removeConfigs);

async function say(argv: readonly string[], files: Readonly<Record<string, string>>) {
  const said = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    env: { SECRET: 'a secret of this provider' },
    cwd: writeConfig(files),
    color: false,
  };
  const code = await run([...argv, '--config', '.'], terminal);
  return { code, ...said };
}

const okta =
  'preset: okta\nlabel: Work\ndomain: acme.okta.com\nclientId: c\nclientSecret: ${env:SECRET}\ndomains: [acme.example]\n';
const entra = 'preset: microsoft\nprotocol: saml\ntenant: 11111111-2222-3333-4444-555555555555\n';
const files = { 'gateway.yaml': smallGateway, 'providers/work.yaml': okta, 'providers/entra.yaml': entra };

describe('doorward providers', () => {
  it('lists what is configured', async () => {
    const { code, out } = await say(['providers', 'list'], files);
    expect(code).toBe(exit.ok);
    expect(out).toMatch(
      /^entra +Microsoft +microsoft +saml +https:\/\/login\.microsoftonline\.com\/11111111/m,
    );
    expect(out).toMatch(
      /^work +Work +okta +oidc +https:\/\/acme\.okta\.com\/\.well-known\/openid-configuration +acme\.example$/m,
    );
  });

  it('lists the products, without any configuration', async () => {
    const { code, out } = await say(['providers', 'list', '--presets', '--json'], {});
    expect(code).toBe(exit.ok);
    expect(JSON.parse(out)).toContainEqual({
      preset: 'pingone',
      product: 'PingOne',
      protocols: ['oidc', 'saml'],
    });
  });

  it('shows what to type in at a configured provider, with the addresses of this gateway', async () => {
    const { code, out } = await say(['providers', 'show', 'work'], files);
    expect(code).toBe(exit.ok);
    expect(out).toMatch(/Redirect URI +https:\/\/sso\.acme\.example\/sso\/callback\/work\n/);
    expect(out).toMatch(/Discovery +https:\/\/acme\.okta\.com\/\.well-known\/openid-configuration\n/);
    expect(out).toMatch(/subject, the lasting id +sub\n/);
    expect(out).not.toContain('a secret of this provider');
  });

  it('shows the facts of a SAML provider as JSON', async () => {
    const { out } = await say(['providers', 'show', 'entra', '--json'], files);
    expect(JSON.parse(out)).toMatchObject({
      protocol: 'saml',
      there: [
        ['ACS URL (reply URL, recipient)', 'https://sso.acme.example/sso/acs/entra'],
        ['Entity id (audience, identifier)', 'https://sso.acme.example/sso/metadata/entra'],
        ['Metadata of the gateway', 'https://sso.acme.example/sso/metadata/entra'],
        ['Sign-on URL', 'https://sso.acme.example/sso/login/entra'],
        ['Single logout URL', 'https://sso.acme.example/sso/slo/entra'],
      ],
      release: expect.arrayContaining([
        { what: 'groups', names: ['http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'] },
      ]),
    });
  });

  it('shows a product before there is a file for it: the redirect URI comes before the client id', async () => {
    const { code, out } = await say(['providers', 'show', 'keycloak', '--protocol', 'saml'], {
      'gateway.yaml': smallGateway,
    });
    expect(code).toBe(exit.ok);
    expect(out).toContain('https://sso.acme.example/sso/acs/keycloak');
    expect(out).toContain('realm: acme');
  });

  it('shows a product before there is anything', async () => {
    const { code, out } = await say(['providers', 'show', 'google'], {});
    expect(code).toBe(exit.ok);
    expect(out).toContain('https://YOUR-GATEWAY/sso/callback/google');
  });

  it.each([
    [['keyclock'], 'Did you mean "keycloak"?'],
    [['oidc', '--protocol', 'saml'], 'oidc does not speak saml'],
    [['okta', '--protocol', 'ldap'], 'expected --protocol oidc or saml'],
  ])('says what is wrong with %j', async (words, expected) => {
    const { code, err } = await say(['providers', 'show', ...words], files);
    expect(code).toBe(exit.no);
    expect(err).toContain(expected);
  });
});
