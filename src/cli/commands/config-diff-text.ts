import { lossText } from '../../app.ts';
import type { RuleChange } from '../../config/index.ts';
import type { PersonChange } from '../../jit/index.ts';
import type { Terminal } from '../command.ts';
import type { Diff } from '../rules-diff.ts';
import { printable } from '../table.ts';

/** Prints what differs, who it would do what to (the first `limit` of them), and the sum of it. */
export function printDiff(terminal: Terminal, diff: Diff, limit: number): void {
  const line = (text: string): void => terminal.out(`${printable(text)}\n`);
  const paint = (code: number, text: string): string =>
    terminal.color ? `\u001b[${code}m${text}\u001b[0m` : text;
  const { before, version, rules, changes, preview, over, maxLossPercent } = diff;
  if (rules.length === 0) {
    line(`The rules are those of version ${before.version}: nobody gains or loses anything.`);
    return;
  }
  line(`Rules that change (${before.version} to ${version})`);
  for (const rule of rules) line(`  ${ruleText(rule)}`);
  line('');
  line(`People, at their next sign-in`);
  if (changes.length === 0) line('  nobody gains or loses anything');
  for (const change of changes.slice(0, limit)) {
    const gains = change.gains.map((group) => paint(32, `+${printable(JSON.stringify(group))}`));
    const loses = change.loses.map((group) => paint(31, `−${printable(JSON.stringify(group))}`));
    const who = printable(`${change.userName} (${change.provider})`);
    terminal.out(`  ${[who, ...gains, ...loses, ...restOf(change).map(printable)].join('  ')}\n`);
  }
  if (changes.length > limit)
    line(
      `  … and ${(changes.length - limit).toLocaleString('en')} more; --json has all, --limit N shows more`,
    );
  line('');
  for (const tally of preview.providers) {
    const { provider, people, changed, gained, lost, refused, roles, untold, share } = tally;
    line(
      `${provider}: ${changed} of ${people} people change: ${gained} memberships gained, ${lost} lost, ${refused} refused, ${roles} with another role${untold > 0 ? `, ${untold} of whom it cannot be told` : ''} (${Math.round(share * 100)} % taken away).`,
    );
  }
  if (changes.some(({ known }) => known === 'memberships'))
    line(
      'For some people no claims are kept yet; what is said of them is drawn from the groups that sign-ins had granted.',
    );
  if (preview.providers.some(({ untold }) => untold > 0))
    line(
      'Group names would be taken from somewhere else than before: the last sign-ins do not tell what that will bring.',
    );
  if (over.length > 0) {
    line(
      `More than ${maxLossPercent} % would be taken away (${over.map(lossText).join('; ')}): a reload waits. If you mean it: doorward config reload --yes`,
    );
  }
}

function ruleText({ provider, key, before, after, place }: RuleChange): string {
  if (key === undefined) return after === undefined ? `${provider}: removed` : `${provider}: new`;
  const from = before ?? '(nothing)';
  return `${provider}: ${key}: ${from} → ${after ?? '(nothing)'}${place === undefined ? '' : ` (${place})`}`;
}

function restOf({ role, refused, admitted, known }: PersonChange): string[] {
  return [
    ...(role ? [`role ${role.before} → ${role.after}`] : []),
    ...(refused === undefined ? [] : [`would be refused: ${refused}`]),
    ...(admitted === undefined ? [] : [`would be admitted, not refused: ${admitted}`]),
    ...(known === 'not' ? ['cannot be told'] : []),
  ];
}
