import type { ProviderConfig } from '../../config/index.ts';
import type { User } from '../../identity/index.ts';
import type { Explanation } from '../../jit/index.ts';
import type { Terminal } from '../command.ts';
import { printable } from '../table.ts';
import type { Source } from './explain-source.ts';

/** Prints the steps, after how much what was explained is worth: verified or not, signed or not, looked up or not. */
export function printExplanation(
  terminal: Terminal,
  json: boolean,
  told: {
    readonly provider: ProviderConfig;
    readonly source: Source;
    readonly user: User | undefined;
    readonly explanation: Explanation;
  },
): void {
  const { provider, source, user, explanation } = told;
  const { signed, verified, problems, lookUp, lookUpText } = source;
  if (json) {
    const { steps, decision } = explanation;
    const about = { provider: provider.id, verified, signed: signed ?? null, lookUp, problems };
    terminal.out(`${JSON.stringify({ ...about, user: user?.id ?? null, steps, decision }, null, 2)}\n`);
    return;
  }
  const bold = (text: string) => (terminal.color ? `\u001b[1m${text}\u001b[0m` : text);
  terminal.out(`${bold(`A login through ${provider.label} (${provider.protocol})`)}\n`);
  terminal.out(
    verified
      ? 'It was verified when it came. This is what the rules of today make of it; nothing is changed.\n'
      : signed === true
        ? 'There is a signature, but nothing was verified: this explains, and lets nobody in. Nothing is changed.\n'
        : 'There is no signature, and nothing was verified: this explains, and lets nobody in. Nothing is changed.\n',
  );
  terminal.out(`Look-ups: ${printable(lookUpText)}.\n`);
  for (const problem of problems) terminal.out(`could not be used: ${printable(problem)}\n`);
  for (const [index, step] of explanation.steps.entries()) {
    terminal.out(`\n${bold(`${index + 1}. ${step.title}`)}\n`);
    for (const line of step.lines) terminal.out(`   ${printable(line)}\n`);
  }
}
