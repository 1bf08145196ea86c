import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.ts';
import { configurationReference } from '../../support/configuration-reference.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const path = join(root, 'docs', 'configuration.md');

/** The document with the tables of today's schema between their marks. */
function upToDate(text: string): string {
  return Object.entries(configurationReference()).reduce(
    (sum, [name, table]) =>
      sum.replace(
        new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`),
        () => `<!-- ${name} -->\n${table}\n<!-- /${name} -->`,
      ),
    text,
  );
}

describe('docs/configuration.md', () => {
  // After a change of the schema: UPDATE_DOCS=1 npm run jest -- test/unit/docs
  it('has every key of the schema, as the schema describes it', () => {
    const text = readFileSync(path, 'utf8');
    const wanted = upToDate(text);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, wanted);
    else expect(text).toBe(wanted);
    expect(wanted).toContain('| `groups.whenMissing` | `keep`, `remove`, `refuse` |');
  });
});

describe('README.md', () => {
  it('shows configuration files that load without a problem', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'doorward-readme-config-'));
    try {
      mkdirSync(join(directory, 'providers'));
      const readme = readFileSync(join(root, 'README.md'), 'utf8');
      const shown = [...readme.matchAll(/`config\/(\S+\.yaml)`[^`]*```yaml\n([\s\S]*?)```/g)];
      expect(shown.map((match) => match[1])).toEqual([
        'gateway.yaml',
        'providers/microsoft.yaml',
        'providers/okta.yaml',
      ]);
      for (const [, name, text] of shown)
        writeFileSync(join(directory, name!), text!.replace('/run/secrets/okta', 'okta-secret'));
      writeFileSync(join(directory, 'okta-secret'), 'a secret of Okta, and of this test\n');
      const env = { DOORWARD_SECRET: 'x'.repeat(64), MICROSOFT_CLIENT_SECRET: 'a secret of Microsoft' };
      const loaded = await loadConfig(directory, { env });
      expect(loaded.ok ? [] : loaded.problems).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('deploy/compose/gateway.yaml', () => {
  it('loads without a problem, with the secrets where the containers have them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'doorward-compose-'));
    try {
      mkdirSync(join(directory, 'providers'));
      const text = readFileSync(join(root, 'deploy/compose/gateway.yaml'), 'utf8');
      writeFileSync(join(directory, 'gateway.yaml'), text.replaceAll('/run/secrets/', ''));
      for (const name of ['gateway_secret', 'postgres_password', 'redis_password'])
        writeFileSync(join(directory, name), 'ab'.repeat(32));
      writeFileSync(
        join(directory, 'providers', 'google.yaml'),
        'preset: google\nclientId: id\nclientSecret: a secret of Google\n',
      );
      const loaded = await loadConfig(directory, {
        env: { DOORWARD_BASE_URL: 'http://localhost:4180' },
      });
      expect(loaded.ok ? [] : loaded.problems).toEqual([]);
      expect(loaded.ok && loaded.config.state.directory).toBe(
        `postgres://doorward:${'ab'.repeat(32)}@postgres:5432/doorward`,
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
