import { afterAll, describe, expect, it } from '@jest/globals';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../../src/config/index.ts';
import {
  configOf,
  gatewaySecret,
  removeConfigs,
  smallGateway,
  smallProvider,
  writeConfig,
} from '../../support/config-files.ts';

afterAll(removeConfigs);

describe('the smallest configuration', () => {
  it('is a base URL, a secret and one provider; everything else has a default', async () => {
    const dir = writeConfig({ 'gateway.yaml': smallGateway, 'providers/google.yaml': smallProvider });
    const loaded = await loadConfig(dir, { env: {} });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const { providers, version, ...gateway } = loaded.config;
    expect(gateway).toMatchObject({
      baseUrl: 'https://sso.acme.example',
      prefix: '/sso',
      listen: { host: '127.0.0.1', port: 4180, socket: undefined },
      ops: { host: '127.0.0.1', port: 4181, socket: undefined },
      secrets: [gatewaySecret],
      state: {
        directory: `sqlite:${join(dirname(dir), 'data/directory.db')}`,
        sessions: `sqlite:${join(dirname(dir), 'data/sessions.db')}`,
        redisPrefix: 'doorward:',
        grace: 0,
      },
      session: { idle: 8 * 3_600_000, absolute: 24 * 3_600_000, cookieDomain: undefined },
      trustedProxies: [],
      returnTo: [],
      headers: { set: 'x-auth-request', user: 'id', maxGroupsBytes: 1024 },
      upstreams: [],
      contact: undefined,
      brand: { name: 'Doorward' },
      login: { timeout: 600_000, maxPerMinutePerAddress: 60, maxPerMinutePerProvider: 600 },
      log: { level: 'info' },
    });
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(providers).toHaveLength(1);
    expect(providers[0]).toMatchObject({
      id: 'google',
      protocol: 'oidc',
      file: join(dir, 'providers/google.yaml'),
      lines: { preset: 1, clientId: 2, clientSecret: 3 },
      label: 'Google',
      issuer: 'https://accounts.google.com',
      clientAuth: { method: 'client_secret_post', secret: 'def' },
      admit: { emailDomains: [], requireGroups: [] },
      jit: { create: true },
      groups: { claims: [], whenMissing: 'keep', map: [], unmapped: 'ignore' },
      role: { default: 'guest', map: [] },
      trustEmail: false,
      clockTolerance: 60_000,
    });
  });
});

describe('what a file says', () => {
  it('is read: durations, addresses, lists of one, sockets, stores', async () => {
    const config = await configOf({
      'gateway.yaml': `
baseUrl: HTTPS://SSO.Acme.example:443/
secrets: ${JSON.stringify(gatewaySecret)}
prefix: /login
listen: { socket: run/gate.sock }
ops: false
state: { directory: "postgres://u:p@db/doorward", sessions: "redis://cache:6379/0", grace: 1.5s }
session: { idle: 30m, absolute: 7d, cookieDomain: .acme.example }
trustedProxies: [10.0.0.0/8, "::1"]
returnTo: https://catalog.acme.example/
upstreams:
  - { host: Catalog.acme.example, url: http://127.0.0.1:8080 }
  - { path: /api, url: http://127.0.0.1:8081 }
`,
      'providers/google.yaml': smallProvider,
    });
    expect(config).toMatchObject({
      baseUrl: 'https://sso.acme.example',
      prefix: '/login',
      ops: undefined,
      state: { directory: 'postgres://u:p@db/doorward', sessions: 'redis://cache:6379/0', grace: 1_500 },
      session: { idle: 1_800_000, absolute: 604_800_000, cookieDomain: 'acme.example' },
      trustedProxies: ['10.0.0.0/8', '::1/128'],
      returnTo: ['https://catalog.acme.example'],
      upstreams: [
        { host: 'catalog.acme.example', path: '/', url: 'http://127.0.0.1:8080' },
        { host: undefined, path: '/api', url: 'http://127.0.0.1:8081' },
      ],
    });
    expect(config.listen.socket).toMatch(/\/run\/gate\.sock$/);
  });

  it('keeps the order of its maps, also where names are numbers', async () => {
    const config = await configOf({
      'gateway.yaml': smallGateway,
      'providers/idp.yaml': `
preset: oidc
issuer: https://idp.acme.example/
clientId: c
clientSecret: s
groups:
  map: { beta: b, 20: twenty, 3: three, constructor: built }
role:
  map: { twenty: second, 7: first, b: third }
`,
    });
    const [provider] = config.providers;
    expect(provider?.groups.map).toEqual([
      ['beta', 'b'],
      ['20', 'twenty'],
      ['3', 'three'],
      ['constructor', 'built'],
    ]);
    expect(provider?.role.map.map(([group]) => group)).toEqual(['twenty', '7', 'b']);
    expect(provider?.lines['groups.map.20']).toBe(7);
    expect(provider?.label).toBe('Idp');
  });

  it('takes values from the environment and from files, without the line break at their end', async () => {
    const config = await configOf(
      {
        'gateway.yaml':
          'baseUrl: https://${env:HOST}\nsecrets: ["${file:secret.txt}"]\ncontact: "$${env:X}@x"\n',
        'secret.txt': `${gatewaySecret}\n`,
        'providers/google.yaml': 'preset: google\nclientId: abc\nclientSecret: ${env:SECRET}\n',
      },
      { HOST: 'sso.acme.example', SECRET: '${env:HOST}' },
    );
    expect(config.baseUrl).toBe('https://sso.acme.example');
    expect(config.secrets).toEqual([gatewaySecret]);
    expect(config.contact).toBe('${env:X}@x');
    // What was brought in is not searched again.
    expect(config.providers[0]).toMatchObject({ clientAuth: { secret: '${env:HOST}' } });
  });
});

describe('a loaded configuration', () => {
  it('is frozen in depth', async () => {
    const config = await configOf({ 'gateway.yaml': smallGateway, 'providers/google.yaml': smallProvider });
    const open: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, item] of Object.entries(value)) walk(item, `${path}.${key}`);
    };
    walk(config, 'config');
    expect(open).toEqual([]);
  });

  it('has a version that changes with any file, secret or key, and with nothing else', async () => {
    const files = {
      'gateway.yaml': smallGateway,
      'providers/google.yaml': 'preset: google\nclientId: abc\nclientSecret: ${env:S}\n',
    };
    const first = (await configOf(files, { S: 'one' })).version;
    expect((await configOf(files, { S: 'one', OTHER: 'x' })).version).toBe(first);
    expect((await configOf(files, { S: 'two' })).version).not.toBe(first);
    expect(
      (
        await configOf(
          { ...files, 'providers/google.yaml': `${files['providers/google.yaml']}label: G\n` },
          { S: 'one' },
        )
      ).version,
    ).not.toBe(first);
    expect(
      (await configOf({ ...files, 'gateway.yaml': `${smallGateway}# note\n` }, { S: 'one' })).version,
    ).not.toBe(first);
  });
});
