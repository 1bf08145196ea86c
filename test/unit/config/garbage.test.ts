import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { loadConfig } from '../../../src/config/index.ts';
import { removeConfigs, smallGateway, smallProvider, writeConfig } from '../../support/config-files.ts';

afterAll(removeConfigs);

const dir = writeConfig({ 'gateway.yaml': 'x', 'providers/p.yaml': 'x' });

async function loadText(gateway: string, provider: string) {
  const readFile = (path: string) =>
    path.endsWith('gateway.yaml')
      ? Promise.resolve(gateway)
      : path.endsWith('p.yaml')
        ? Promise.resolve(provider)
        : Promise.reject(new Error('no such file'));
  return loadConfig(dir, { env: { A: 'a' }, readFile });
}

/** Texts made of what YAML and the references give a meaning to. */
const yamlish = fc
  .array(
    fc.constantFrom(
      'a',
      'preset',
      'groups',
      'map',
      ':',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '|',
      '>',
      '&a ',
      '*a',
      '!!str ',
      '#',
      '%YAML 1.1\n',
      '---\n',
      '...',
      '?',
      '<<: ',
      '__proto__',
      'constructor',
      '${env:A}',
      '${file:x}',
      '${',
      '$${',
      '~',
      '1e999',
      '.nan',
      '\t',
      '\u0000',
      '\ud800',
      '\ufeff',
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('whatever is in the files', () => {
  it('the answer is a configuration or problems, and nothing is thrown: any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(yamlish, fc.string({ unit: 'binary', maxLength: 200 })),
        yamlish,
        async (gateway, provider) => {
          const loaded = await loadText(gateway, provider);
          expect(loaded.ok).toBe(false);
          if (loaded.ok) return;
          expect(loaded.problems.length).toBeGreaterThan(0);
          for (const { file, message } of loaded.problems)
            expect([file !== '', message !== '']).toEqual([true, true]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('the answer is a configuration or problems, and nothing is thrown: any values under any keys', async () => {
    const names = [
      'baseUrl',
      'secrets',
      'listen',
      'ops',
      'state',
      'session',
      'upstreams',
      'log',
      'trustedProxies',
      'returnTo',
    ];
    const providerNames = [
      'preset',
      'protocol',
      'issuer',
      'groups',
      'role',
      'admit',
      'idp',
      'metadata',
      'signing',
      'claims',
      'tenants',
    ];
    const words = [
      'okta',
      'saml',
      'oidc',
      'microsoft',
      'map',
      'claim',
      'entityId',
      'certificates',
      'url',
      'host',
      '8h',
      'https://a.example',
      '__proto__',
      '0',
    ];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>(...words, null, true, 0, -1, 1.5),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...words, ...names, ...providerNames), tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    const file = (keys: string[]) => fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(file(names), file(providerNames), async (gateway, provider) => {
        // JSON is YAML.
        const loaded = await loadText(JSON.stringify(gateway), JSON.stringify(provider));
        expect(loaded.ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('nothing reaches the prototype of objects', async () => {
    await loadText(
      `${smallGateway}__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\n`,
      smallProvider,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
