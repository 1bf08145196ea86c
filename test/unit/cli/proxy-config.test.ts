import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from '../../../src/cli/index.ts';
import { proxies } from '../../../src/cli/proxy-config/index.ts';

const names = Object.keys(proxies);
const guide = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../docs/proxies/${name}.md`, import.meta.url)), 'utf8');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorward-proxy-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function doorward(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    env: { DOORWARD_SECRET: 'a secret of at least thirty-two characters' },
    cwd: folder,
    color: false,
  };
  const code = await run(['proxy-config', ...argv], terminal);
  return { code, out, err };
}

describe('doorward proxy-config', () => {
  it.each(names)('%s: prints the very lines of the guide', async (name) => {
    const blocks = [...guide(name).matchAll(/`(\/[^`]+)`:\n\n```\w+\n([\s\S]*?)```/g)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [, path = '', text] of blocks) {
      expect(await doorward(name, '--file', path)).toEqual({ code: 0, out: text, err: '' });
    }
    const { out } = await doorward(name);
    for (const [, , text = ''] of blocks) expect(out).toContain(text);
  });

  it.each(names)('%s: takes the hosts and addresses it is given', async (name) => {
    const flags =
      '--host data.acme.example,bi.acme.example --upstream 10.0.0.7:9000 --gateway 10.0.0.8:4999 --listen 8443 --certificate /etc/pki/one.pem';
    const { code, out } = await doorward(name, ...flags.split(' '));
    expect(code).toBe(0);
    for (const each of ['data.acme.example', 'bi.acme.example', '9000', '4999', '8443', '/etc/pki/one.pem']) {
      expect(out).toContain(each);
    }
    expect(out).not.toMatch(/catalog\.acme|4180|8080|fullchain/);
  });

  it.each(names)('%s: goes by gateway.yaml where there is one', async (name) => {
    writeFileSync(
      join(folder, 'gateway.yaml'),
      [
        'baseUrl: https://kept.acme.example',
        'secrets: ${env:DOORWARD_SECRET}',
        'listen: 127.0.0.1:4321',
        'prefix: /door',
        'headers: { set: remote-user }',
      ].join('\n'),
    );
    mkdirSync(join(folder, 'providers'));
    writeFileSync(
      join(folder, 'providers', 'google.yaml'),
      ['preset: google', 'clientId: an-id', 'clientSecret: a-secret'].join('\n'),
    );
    const { out, err, code } = await doorward(name, '--config', folder);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    for (const each of ['kept.acme.example', '4321', '/door/verify/']) expect(out).toContain(each);
    expect(out).not.toContain('/sso');
    expect(out.toLowerCase()).toContain('remote');
  });

  it('refuses what would not stay one word in another program’s configuration', async () => {
    for (const flags of [
      ['--host', 'a.example; include /etc/passwd'],
      ['--upstream', '127.0.0.1:80/;'],
      ['--certificate', 'relative.pem'],
      ['--listen', '443 ssl'],
    ]) {
      const { code, out, err } = await doorward('nginx', ...flags);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(flags[0]);
    }
  });

  it('knows the nearest name', async () => {
    expect(await doorward('nginxx')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('Did you mean "nginx"?'),
    });
  });
});
