import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblems, jsonSchema, loadConfig, type JsonSchema } from '../../../src/config/index.ts';

const config = join(import.meta.dirname, '../../../config');
const read = (path: string) => readFileSync(join(config, path), 'utf8');

describe('the JSON Schemas', () => {
  it.each(['gateway', 'provider'] as const)(
    'that are kept under config/schema are current: %s (else run `npm run doorward config schema` and `npm run format`)',
    (name) => {
      expect(JSON.parse(read(`schema/${name}.schema.json`))).toEqual(
        JSON.parse(JSON.stringify(jsonSchema()[name])),
      );
    },
  );

  it('describe every key', () => {
    const bare: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, below] of Object.entries((node as JsonSchema).properties ?? {})) {
        if (!below.description && below['const'] === undefined) bare.push(`${path}.${name}`);
      }
      for (const [name, below] of Object.entries(node)) walk(below, `${path}.${name}`);
    };
    const { gateway, provider } = jsonSchema();
    walk(gateway, 'gateway');
    walk(provider, 'provider');
    expect(bare).toEqual([]);
  });

  it('ask for what has no default', () => {
    const { gateway, provider } = jsonSchema();
    expect(gateway['required']).toEqual(['baseUrl', 'secrets']);
    expect(provider['then']).toMatchObject({ required: ['preset'], additionalProperties: false });
    expect(provider['else']).toMatchObject({ required: ['preset', 'clientId'], additionalProperties: false });
  });
});

describe('the examples', () => {
  const providers = readdirSync(join(config, 'examples/providers'));

  it('load without a problem', async () => {
    const names = [
      'DOORWARD_SECRET',
      'MICROSOFT_CLIENT_SECRET',
      'OKTA_CLIENT_SECRET',
      'GOOGLE_CLIENT_SECRET',
      'KEYCLOAK_CLIENT_SECRET',
    ];
    const env = Object.fromEntries(names.map((name) => [name, `${name} `.repeat(4)]));
    const loaded = await loadConfig(join(config, 'examples'), { env });
    if (!loaded.ok) throw new Error(formatProblems(loaded.problems, { color: false }));
    expect(loaded.config.providers.map(({ id }) => `${id}.yaml`)).toEqual(providers);
    const issuers = loaded.config.providers.map((provider) =>
      provider.protocol === 'oidc' ? provider.issuer : provider.entityId,
    );
    expect(issuers).toEqual([
      'https://accounts.google.com',
      'https://keycloak.acme.example/realms/acme',
      'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
      'https://sso.example.com/sso/metadata/okta-saml',
      'https://acme.okta.com',
    ]);
  });

  it('lead editors to the schema', () => {
    expect(read('examples/gateway.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/schema\/gateway\.schema\.json\n/,
    );
    for (const name of providers) {
      expect(read(`examples/providers/${name}`)).toMatch(
        /^# yaml-language-server: \$schema=\.\.\/\.\.\/schema\/provider\.schema\.json\n/,
      );
    }
  });
});
