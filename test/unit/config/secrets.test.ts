import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import { formatProblems, loadConfig, redactedConfig } from '../../../src/config/index.ts';
import {
  configOf,
  gatewaySecret,
  load,
  removeConfigs,
  smallGateway,
  writeConfig,
} from '../../support/config-files.ts';

afterAll(removeConfigs);

const secret = 'Zk3-Qm8v_Tr5wYb1Xn7Lc9Ps2Hd4Gf6';

describe('a secret', () => {
  it('is in no problem, wherever in the files it was put by mistake', async () => {
    const places = [
      'baseUrl',
      'prefix',
      'listen',
      'ops',
      'secrets',
      'contact',
      'log',
      'state',
      'session',
      'headers',
      'upstreams',
    ];
    const keys = [
      'preset',
      'issuer',
      'domain',
      'tenant',
      'clientId',
      'clientSecret',
      'clientAuth',
      'privateKey',
      'scopes',
    ];
    const wrapped = fc.constantFrom<(text: string) => unknown>(
      (text) => text,
      (text) => [text],
      (text) => ({ level: text, idle: text, user: text, port: text, directory: text }),
      (text) => [{ url: text, host: text, path: text }],
      (text) => `https://user:${text}@host.example`,
      (text) => `\${${text}}`,
    );
    const some = (names: readonly string[]) =>
      fc.dictionary(fc.constantFrom(...names), wrapped, { maxKeys: 8 });
    const dir = writeConfig({});
    await fc.assert(
      fc.asyncProperty(some(places), some(keys), fc.boolean(), async (gateway, provider, broken) => {
        const text = (record: Record<string, (text: string) => unknown>) =>
          stringify(Object.fromEntries(Object.entries(record).map(([key, wrap]) => [key, wrap(secret)])));
        const files: Record<string, string> = {
          [`${dir}/gateway.yaml`]: `${text(gateway)}${broken ? `\n"${secret}: [${secret}` : ''}`,
          [`${dir}/providers/p.yaml`]: text(provider),
        };
        const loaded = await loadConfig(dir, {
          env: {},
          readFile: (path) => Promise.resolve(files[path] ?? files[`${dir}/gateway.yaml`] ?? ''),
        });
        if (!loaded.ok) expect(formatProblems(loaded.problems, { color: false })).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
  });

  it('is in no problem when it came from the environment or a file, however short', async () => {
    const { problems } = await load(
      {
        'gateway.yaml':
          'baseUrl: ${env:S}\nsecrets: ["${env:S}"]\nlog: { level: "${env:S}" }\nlisten: ${file:s}\n',
        s: 'hunter2\n',
        'providers/p.yaml':
          'preset: microsoft\ntenant: ${env:S}\nclientId: "${env:S}"\nclientSecret: x\ngroups: { whenMissing: "${file:s}" }\n',
      },
      { S: 'hunter2' },
    );
    expect(problems).toHaveLength(6);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('is in no print of a configuration, whole or in part', async () => {
    const config = await configOf(
      {
        'gateway.yaml': `${smallGateway}state: { directory: "postgres://doorward:${secret}@db/x", sessions: "rediss://:${secret}@cache" }\n`,
        'providers/a.yaml': 'preset: google\nclientId: c\nclientSecret: ${env:S}\n',
      },
      { S: secret },
    );
    const prints = [config, config.state, config.providers[0], { config }, [config.providers]].flatMap(
      (value) => [
        JSON.stringify(value),
        inspect(value, { depth: 9 }),
        `${JSON.stringify(redactedConfig(value))}`,
      ],
    );
    for (const print of prints) {
      expect(print).not.toContain(secret);
      expect(print).not.toContain(gatewaySecret);
    }
    expect(JSON.stringify(config)).toContain('postgres://doorward:[secret]@db/x');
    // It is there for whoever asks for it by name.
    expect(config.providers[0]).toMatchObject({ clientAuth: { secret } });
    expect(config.state.sessions).toBe(`rediss://:${secret}@cache`);
  });

  it('cannot be guessed from the version, which two secrets of the gateway make different', async () => {
    const provider = { 'providers/a.yaml': 'preset: google\nclientId: c\nclientSecret: ${env:S}\n' };
    const gateway = 'baseUrl: https://sso.acme.example\nsecrets: ["${env:G}"]\n';
    const version = async (G: string) =>
      (await configOf({ 'gateway.yaml': gateway, ...provider }, { S: 'weak', G })).version;
    expect(await version('a'.repeat(32))).not.toBe(await version('b'.repeat(32)));
  });
});
