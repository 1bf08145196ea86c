import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from '../../../src/cli/index.ts';
import { loadConfig, presetNamed, presetNames } from '../../../src/config/index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doorward-init-'));
  writeFileSync(join(root, 'secret'), 'what the provider gave us\n');
});
afterEach(() => rmSync(root, { recursive: true }));

async function init(argv: string[], typed?: string[]) {
  const said = { out: '', err: '', asked: [] as string[] };
  const code = await run(['init', ...argv], {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    env: {},
    cwd: root,
    color: false,
    ask:
      typed &&
      (async (question) => {
        said.asked.push(question);
        return typed.shift() ?? '';
      }),
  });
  return { code, ...said };
}

const load = () => loadConfig(join(root, 'config'), { env: {} });
const okta = [
  '--provider',
  'okta',
  '--domain',
  'acme.okta.com',
  '--client-id',
  'abc',
  '--client-secret-file',
  'secret',
];

describe('doorward init', () => {
  it('writes a configuration that loads, secrets for its owner only, and says what to do next', async () => {
    const { code, out } = await init([...okta, '--base-url', 'https://catalog.acme.example', '--yes']);
    expect(code).toBe(0);
    expect(out).toContain('https://catalog.acme.example/sso/callback/okta');
    const loaded = await load();
    expect(loaded.ok && loaded.config).toMatchObject({
      baseUrl: 'https://catalog.acme.example',
      upstreams: [{ url: 'http://127.0.0.1:8080' }],
      contact: 'help@catalog.acme.example',
      providers: [{ id: 'okta', clientId: 'abc', clientAuth: { secret: 'what the provider gave us' } }],
    });
    for (const name of ['gateway', 'okta']) {
      expect(statSync(join(root, 'config', 'secrets', name)).mode & 0o777).toBe(0o600);
    }
    expect(readFileSync(join(root, 'config', 'providers', 'okta.yaml'), 'utf8')).not.toContain(
      'what the provider',
    );
  });

  it('puts the configuration of the proxy beside it', async () => {
    const { out } = await init([
      ...okta,
      '--base-url',
      'https://catalog.acme.example',
      '--proxy',
      'nginx',
      '--upstream',
      '10.0.0.7:9000',
      '--yes',
    ]);
    const loaded = await load();
    expect(loaded.ok && loaded.config).toMatchObject({ trustedProxies: ['127.0.0.1/32'], upstreams: [] });
    const [, path = ''] = /wrote (config\/proxy\/\S+)/.exec(out) ?? [];
    const snippet = readFileSync(join(root, path), 'utf8');
    expect(snippet).toContain('10.0.0.7:9000');
    expect(snippet).toContain('catalog.acme.example');
  });

  it('asks for what it does not know, again when the answer will not do', async () => {
    const typed = [
      'oktaa',
      'okta',
      'acme.okta.com',
      'abc',
      'catalog',
      'https://catalog.acme.example',
      '',
      '',
      '',
      'a secret',
    ];
    const { code, asked, err } = await init([], typed);
    expect(code).toBe(0);
    expect(err).toContain('did you mean okta?');
    expect(err).toContain('expected an https URL');
    expect(asked.filter((question) => question.startsWith('Which identity provider?'))).toHaveLength(2);
    expect((await load()).ok).toBe(true);
  });

  it('leaves alone what is there, unless told', async () => {
    await init([...okta, '--yes']);
    const secret = readFileSync(join(root, 'config', 'secrets', 'gateway'), 'utf8');
    const again = await init([...okta, '--yes']);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('There already: gateway.yaml')]);
    expect(readFileSync(join(root, 'config', 'secrets', 'gateway'), 'utf8')).toBe(secret);
    expect((await init([...okta, '--yes', '--force'])).code).toBe(0);
  });

  it.each([
    [['--yes'], '--provider is needed'],
    [['--provider', 'okta', '--yes'], '--domain is needed'],
    [['--provider', 'nobody', '--yes'], 'there is none of that name'],
    [[...okta.slice(0, 6), '--yes'], '--client-secret-file is needed'],
    [[...okta, '--base-url', 'catalog', '--yes'], 'expected an https URL'],
  ])('says for %j what is missing, and writes nothing', async (argv, expected) => {
    const { code, err } = await init(argv);
    expect([code, err]).toEqual([2, expect.stringContaining(expected)]);
    expect((await load()).ok).toBe(false);
  });

  it.each(presetNames)('knows what %s needs', async (preset) => {
    const guid = '6d1c0b7e-0000-4000-8000-8a53f2f3c7d1';
    const flags = [
      '--domain',
      'acme.example.com',
      '--tenant',
      guid,
      '--realm',
      'acme',
      '--environment',
      guid,
    ];
    const more = ['--issuer', 'https://op.acme.example', '--metadata', 'https://idp.acme.example/metadata'];
    const client = ['--client-id', 'abc', '--client-secret-file', 'secret', '--yes'];
    const { code, err } = await init(['--provider', preset, ...flags, ...more, ...client]);
    expect([code, err]).toEqual([0, '']);
    const loaded = await load();
    expect(loaded.ok && loaded.config.providers[0]?.protocol).toBe(presetNamed(preset)?.prefers);
  });
});
