import { afterAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.ts';
import { removeConfigs, smallGateway, writeConfig } from '../../support/config-files.ts';

afterAll(removeConfigs);

const base = 'preset: oidc\nissuer: https://idp.example\nclientId: a\nclientSecret: b\n';
async function load(provider: string) {
  const dir = writeConfig({ 'gateway.yaml': smallGateway, 'providers/idp.yaml': provider });
  return loadConfig(dir, { env: {} });
}
async function provider(text: string) {
  const loaded = await load(text);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const [found] = loaded.config.providers;
  if (found?.protocol !== 'oidc') throw new Error('not an OpenID provider');
  return found;
}

describe('recheck', () => {
  it('is off unless the file asks for it, and then no refresh token is asked for', async () => {
    const found = await provider(base);
    expect(found.recheck).toBeUndefined();
    expect(found.scopes).not.toContain('offline_access');
  });

  it('has defaults, and asks for the scope that brings refresh tokens', async () => {
    const found = await provider(`${base}recheck: {}\n`);
    expect(found.recheck).toEqual({ every: 1_800_000, whenUnreachable: 28_800_000 });
    expect(found.scopes).toEqual(['openid', 'profile', 'email', 'offline_access']);
  });

  it('leaves the scopes to a file that names them, and to a product that needs none', async () => {
    const named = await provider(`${base}scopes: [openid]\nrecheck: { every: 5m, whenUnreachable: 1h }\n`);
    expect(named.scopes).toEqual(['openid']);
    expect(named.recheck).toEqual({ every: 300_000, whenUnreachable: 3_600_000 });
    const keycloak = `preset: keycloak\ndomain: idp.example\nrealm: a\nclientId: a\nclientSecret: b\nrecheck: {}\n`;
    expect((await provider(keycloak)).scopes).not.toContain('offline_access');
  });

  it.each([
    ['recheck: { every: 10s }', 'recheck.every'],
    ['recheck: { every: 2h, whenUnreachable: 1h }', 'recheck.whenUnreachable'],
    ['recheck: { often: 2h }', 'recheck.often'],
    ['recheck: 30m', 'recheck'],
  ])('is refused as %s', async (line, key) => {
    const loaded = await load(`${base}${line}\n`);
    expect(loaded.ok ? [] : loaded.problems.map((problem) => problem.key)).toEqual([key]);
  });

  it('is refused for Google, which gives no refresh tokens to those who only sign people in', async () => {
    const loaded = await load('preset: google\nclientId: a\nclientSecret: b\nrecheck: {}\n');
    expect(loaded.ok ? [] : loaded.problems.map((problem) => problem.key)).toEqual(['recheck']);
  });
});
