import { exit, type Command } from '../command.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** Completion from the very list of commands, so that it is never behind. */
export function completionFor(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'Print what makes a shell complete the commands and their flags',
    usage: 'bash | zsh | fish',
    help: [
      'bash: doorward completion bash > /etc/bash_completion.d/doorward',
      'zsh:  doorward completion zsh > "${fpath[1]}/_doorward"',
      'fish: doorward completion fish > ~/.config/fish/completions/doorward.fish',
    ].join('\n'),
    options: {},
    words: [1, 1],
    async run(args, terminal) {
      const shell = shells.find((each) => each === args.words[0]);
      if (shell === undefined) {
        terminal.err(`doorward completion: expected one of ${shells.join(', ')}\n`);
        return exit.usage;
      }
      terminal.out({ bash, zsh, fish }[shell](commands()));
      return exit.ok;
    },
  };
}

/** What can follow each beginning: `''` → first words, `users` → second words, `users disable` → flags. */
function choices(commands: readonly Command[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const add = (key: string, word: string): void => {
    found.set(key, (found.get(key) ?? new Set()).add(word));
  };
  for (const { name, options } of commands) {
    const [first = '', second] = name.split(' ');
    add('', first);
    if (second !== undefined) add(first, second);
    for (const flag of [...Object.keys(options), 'config', 'json', 'help']) add(name, `--${flag}`);
  }
  return new Map([...found].map(([key, words]) => [key, [...words].sort()]));
}

function bash(commands: readonly Command[]): string {
  const cases = [...choices(commands)].map(([key, words]) => `    '${key}') words='${words.join(' ')}' ;;`);
  return `# Completion of doorward for bash.
_doorward() {
  local current=\${COMP_WORDS[COMP_CWORD]} key='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) break ;; esac
    case $key in *' '*) break ;; esac
    key=\${key:+$key }$word
  done
  case $key in
${cases.join('\n')}
  esac
  # Flags only to somebody who begins one.
  [[ $current == -* ]] || words=$(printf '%s\\n' $words | grep -v '^--')
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _doorward doorward
`;
}

function zsh(commands: readonly Command[]): string {
  return `#compdef doorward
autoload -U +X bashcompinit && bashcompinit
${bash(commands)}`;
}

function fish(commands: readonly Command[]): string {
  const lines = [...choices(commands)].flatMap(([key, words]) => {
    const seen = key.split(' ').filter((word) => word !== '');
    const when =
      seen.length === 0
        ? '__fish_use_subcommand'
        : seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c doorward -n '${when}' -l ${word.slice(2)}`
        : `complete -c doorward -n '${when}' -f -a ${word}`,
    );
  });
  return `# Completion of doorward for fish.\n${lines.join('\n')}\n`;
}
