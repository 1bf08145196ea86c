import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { run } from '../../../src/cli/index.ts';

async function script(shell: string): Promise<{ code: number; out: string }> {
  let out = '';
  const terminal = { out: (text: string) => void (out += text), err() {}, env: {}, cwd: '/', color: false };
  return { code: await run(['completion', shell], terminal), out };
}

/** What bash itself offers at the end of a line. */
function offered(completion: string, ...words: string[]): string[] {
  const asked = `${completion}
    COMP_WORDS=(doorward ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    _doorward; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', asked], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

describe('completion', () => {
  it('of bash offers commands, their second words and their flags', async () => {
    const { out } = await script('bash');
    expect(offered(out, 'us')).toEqual(['users']);
    expect(offered(out, 'users', 'e')).toEqual(['enable', 'erase', 'export']);
    expect(offered(out, 'users', 'disable', '--')).toEqual([
      '--config',
      '--help',
      '--json',
      '--why',
      '--yes',
    ]);
    expect(offered(out, 'users', 'disable', 'ann@acme.example', '--w')).toEqual(['--why']);
    expect(offered(out, 'audit', '')).toEqual(['export', 'verify']);
  });

  it.each(['zsh', 'fish'])('of %s names every command', async (shell) => {
    const { code, out } = await script(shell);
    expect(code).toBe(0);
    for (const word of ['serve', 'users', 'disable', 'verify', 'completion']) expect(out).toContain(word);
  });

  it('of a shell that nobody has is an error', async () => {
    expect((await script('csh')).code).toBe(2);
  });
});
