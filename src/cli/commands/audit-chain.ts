import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { withStores } from '../../app.ts';
import { formatAuditLine } from '../../audit/index.ts';
import { exit, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { progress } from '../progress.ts';

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'Check that no record of the audit trail was changed or removed',
  usage: '[--head DIGEST] [--json]',
  help: [
    'Each record carries a digest over the one before it. What was erased with a person, and what was old enough to go,',
    'is told and is no mistake. Write the digest of the last record down elsewhere: with --head it is looked for, so that',
    'not even somebody who can write the whole trail anew goes unnoticed.',
    'Example: doorward audit verify --head 3kD0…',
  ].join('\n'),
  options: { head: { type: 'string' } },
  words: [0, 0],
  async run(args, terminal) {
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    return withStores(config, async ({ directory }) => {
      const bar = progress(terminal, 'records');
      const wanted = args.flags['head'];
      const check = await directory.verifyAudit(bar.at, typeof wanted === 'string' ? wanted : undefined);
      bar.done();
      if (args.json) terminal.out(`${JSON.stringify(check, null, 2)}\n`);
      else {
        terminal.out(`${check.records} records are chained and as they were written.\n`);
        if (check.erased > 0) terminal.out(`In ${check.erased} of them what was personal has been erased.\n`);
        if (check.anchored > 0)
          terminal.out(`Records up to number ${check.anchored} were old enough and have been removed.\n`);
        if (check.unchained > 0)
          terminal.out(`${check.unchained} records are from before there was a chain.\n`);
        if (check.head !== '') terminal.out(`Last record: ${check.head}\n`);
      }
      if (check.broken === undefined) return exit.ok;
      const { seq, what } = check.broken;
      terminal.err(`BROKEN${seq === undefined ? '' : ` at record ${seq}`}: ${what}.\n`);
      return exit.no;
    });
  },
};

/** Records that are read at once. */
const page = 5_000;

export const auditExport: Command = {
  name: 'audit export',
  summary: 'Write the whole audit trail as JSON lines, to a file or to the screen',
  usage: '[--out FILE] [--after NUMBER]',
  help: [
    'With --after only records beyond that number, so that the next export goes on where the last one ended.',
    'Example: doorward audit export --out audit.jsonl',
  ].join('\n'),
  options: { out: { type: 'string' }, after: { type: 'string', default: '0' } },
  words: [0, 0],
  async run(args, terminal) {
    let after = Number(args.flags['after']);
    if (!Number.isInteger(after) || after < 0) {
      terminal.err('--after takes the number of a record\n');
      return exit.usage;
    }
    const config = await configOf(args, terminal);
    if (!config) return exit.usage;
    const { out } = args.flags;
    const file =
      typeof out === 'string' ? createWriteStream(resolve(terminal.cwd, out), { mode: 0o600 }) : undefined;
    if (file) await once(file, 'open');
    return withStores(config, async ({ directory }) => {
      const bar = progress(terminal, 'records');
      let count = 0;
      for (;;) {
        const some = await directory.read({ after, limit: page, oldest: true });
        for (const stored of some) {
          const line = `${formatAuditLine(stored)}\n`;
          if (!file) terminal.out(line);
          else if (!file.write(line)) await once(file, 'drain');
        }
        count += some.length;
        bar.at(count);
        after = some.at(-1)?.seq ?? after;
        if (some.length < page) break;
      }
      bar.done();
      if (file) {
        await new Promise<void>((done) => file.end(() => done()));
        terminal.out(`${count} records, up to number ${after}.\n`);
      }
      return exit.ok;
    });
  },
};
