import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stores, withStores } from '../../src/app.ts';
import { run } from '../../src/cli/index.ts';
import { loadConfig, type Config } from '../../src/config/index.ts';

/** What one command printed, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A configuration directory of its own, and the `doorward` command on it. */
export function commandLine(gateway = '') {
  const root = mkdtempSync(join(tmpdir(), 'doorward-cli-'));
  const dir = join(root, 'config');
  mkdirSync(join(dir, 'providers'), { recursive: true });
  writeFileSync(
    join(dir, 'gateway.yaml'),
    `baseUrl: http://localhost:4180\nsecrets: 0123456789abcdef0123456789abcdef\n${gateway}`,
  );
  writeFileSync(
    join(dir, 'providers', 'okta.yaml'),
    'preset: okta\ndomain: acme.okta.example\nclientId: a\nclientSecret: b\nrole: { map: { stewards: admin } }\n',
  );
  async function config(): Promise<Config> {
    const loaded = await loadConfig(dir, { env: {} });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.config;
  }
  return {
    dir,
    root,
    config,
    async run(...argv: string[]): Promise<Said> {
      const said = { out: '', err: '' };
      const code = await run([...argv, '--config', dir], {
        out: (text) => void (said.out += text),
        err: (text) => void (said.err += text),
        env: {},
        cwd: root,
        color: false,
      });
      return { code, ...said };
    },
    async stores<T>(use: (stores: Stores) => Promise<T>): Promise<T> {
      return withStores(await config(), use);
    },
    cleanUp: () => rmSync(root, { recursive: true }),
  };
}
