import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { formatProblems, loadConfig } from '../../../src/config/index.ts';
import { removeConfigs, smallGateway, smallProvider, writeConfig } from '../../support/config-files.ts';

afterAll(removeConfigs);

describe('where there is no configuration', () => {
  it.each([
    ['no directory', 'nowhere/at all', {}, 'gateway.yaml', 'there is no configuration yet'],
    ['an empty directory', 'c', { 'c/x': '' }, 'gateway.yaml', 'there is no configuration yet'],
    ['no gateway.yaml', 'c', { 'c/providers/a.yaml': smallProvider }, 'gateway.yaml', 'this file is missing'],
    [
      'no providers',
      'c',
      { 'c/gateway.yaml': smallGateway },
      'providers',
      'there is no identity provider yet',
    ],
  ])(
    'one problem says what to write, and what it says works as pasted: %s',
    async (_, name, files, file, words) => {
      const dir = join(writeConfig(files as Record<string, string>), name);
      const before = await loadConfig(dir, { env: {} });
      if (before.ok) throw new Error('loaded from nothing');
      expect(before.problems).toHaveLength(1);
      expect(before.problems[0]).toMatchObject({ file: join(dir, file), line: undefined, key: undefined });
      const printed = formatProblems(before.problems, { color: false });
      expect(printed).toContain(words);
      // The block between the two empty lines is for the shell.
      const [, block = ''] = printed.split('\n\n');
      execFileSync('sh', ['-ec', block], { cwd: '/' });
      const after = await loadConfig(dir, { env: {} });
      if (!after.ok) throw new Error(formatProblems(after.problems, { color: false }));
      expect(after.config.providers).toHaveLength(1);
    },
  );

  it('mistakes in what there is are told in the same run', async () => {
    const dir = writeConfig({ 'gateway.yaml': 'baseUrl: x\n' });
    const loaded = await loadConfig(dir, { env: {} });
    if (loaded.ok) throw new Error('loaded from nothing');
    expect(loaded.problems.map(({ key }) => key)).toEqual(['secrets', 'baseUrl', undefined]);
  });
});
