import { describe, expect, it } from '@jest/globals';
import { exit, run } from '../../../src/cli/index.ts';
import { nearest } from '../../../src/cli/nearest.ts';
import { printTable } from '../../../src/cli/table.ts';

function terminal() {
  const said = { out: '', err: '' };
  return {
    said,
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    env: {},
    cwd: '/nowhere',
    color: false,
  };
}

describe('the command line', () => {
  it('lists every command for --help', async () => {
    const screen = terminal();
    expect(await run(['--help'], screen)).toBe(exit.ok);
    for (const name of ['serve', 'demo', 'config check', 'users disable', 'audit', 'migrate']) {
      expect(screen.said.out).toContain(`  ${name}  `.trimEnd());
    }
  });

  it('prints the help of one command', async () => {
    const screen = terminal();
    expect(await run(['users', 'disable', '--help'], screen)).toBe(exit.ok);
    expect(screen.said.out).toContain('Usage: doorward users disable NAME [--why TEXT]');
  });

  it.each([
    [['serv'], 'Did you mean "serve"?'],
    [['users', 'disabel', 'x'], 'Did you mean "users disable"?'],
    [['users'], 'users list'],
    [['users', 'disable'], 'an argument is missing'],
    [['users', 'disable', 'a', 'b'], 'unexpected argument "b"'],
    [['users', 'list', '--serach', 'x'], 'Did you mean --search?'],
    [['nonsense'], 'no command "nonsense"'],
  ])('answers %j with what is wrong and exits with 2', async (argv, expected) => {
    const screen = terminal();
    expect(await run(argv, screen)).toBe(exit.usage);
    expect(screen.said.err).toContain(expected);
    expect(screen.said.out).toBe('');
  });

  it('says what to write and where when there is no configuration, and exits with 2', async () => {
    const screen = terminal();
    expect(await run(['serve', '--config', 'missing'], screen)).toBe(exit.usage);
    expect(screen.said.err).toContain('/nowhere/missing/gateway.yaml');
    expect(screen.said.err).toContain('baseUrl');
  });
});

describe('the nearest name', () => {
  it('is found within a third of the letters, and not beyond', () => {
    expect(nearest('clientID', ['clientId', 'issuer'])).toBe('clientId');
    expect(nearest('zzz', ['serve', 'demo'])).toBeUndefined();
  });
});

describe('a table', () => {
  it('shows escape sequences from outside as text', () => {
    const screen = terminal();
    printTable(screen, ['NAME'], [['a\u001b[31mred']]);
    expect(screen.said.out).toBe('NAME\na\\u{1b}[31mred\n');
  });
});
