import type { Command } from './command.ts';

/** The overview that `doorward --help` prints. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'doorward: an OIDC and SAML login gateway',
    '',
    'Usage: doorward COMMAND [ARGUMENTS]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'Every command takes --config DIR (default: config), --json where it prints a list, and --help.',
    'Exit codes: 0 done, 1 the answer is no, 2 wrong arguments or configuration, 3 something failed.',
    '',
  ].join('\n');
}

/** What `doorward COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  return [usageLine(command), '', command.summary + '.', '', command.help, ''].join('\n');
}

export function usageLine(command: Command): string {
  return `Usage: doorward ${command.name}${command.usage === '' ? '' : ` ${command.usage}`}`;
}
