import { withStores } from '../../app.ts';
import { formatProblems, loadConfig, type Config } from '../../config/index.ts';
import { checkConfig, type Finding, type KnownPeople } from '../../providers/index.ts';
import { exit, type Command, type Terminal } from '../command.ts';
import { printable } from '../table.ts';

export const configCheck: Command = {
  name: 'config check',
  summary: 'Find what would lock people out, before it does',
  usage: '[--offline] [--people] [--json]',
  help: [
    'First the files, with every mistake at once; then each identity provider is asked: discovery, issuer, keys,',
    'certificates and their dates, clock; then whether groups and administrators can come about.',
    '--offline asks nobody. --people also looks into the directory (and brings its tables up to date).',
    'Exit code 0 when nothing would lock anybody out, 1 otherwise.',
    'Example: doorward config check --config /etc/doorward',
  ].join('\n'),
  options: { offline: { type: 'boolean' }, people: { type: 'boolean' } },
  words: [0, 0],
  async run(args, terminal) {
    const loaded = await loadConfig(args.configDir, { env: terminal.env });
    if (!loaded.ok) {
      const { problems } = loaded;
      if (args.json) terminal.out(`${JSON.stringify({ ok: false, problems, findings: [] }, null, 2)}\n`);
      else terminal.err(`${formatProblems(problems, { color: terminal.color, cwd: terminal.cwd })}\n`);
      return exit.no;
    }
    const { config } = loaded;
    const offline = args.flags['offline'] === true;
    const check = (known: KnownPeople | undefined): Promise<Finding[]> =>
      checkConfig(config, { fetch: globalThis.fetch, now: Date.now, offline, known });
    const findings = args.flags['people'] === true ? await withPeople(config, check) : await check(undefined);
    const ok = findings.every((finding) => finding.level !== 'fail');
    if (args.json) terminal.out(`${JSON.stringify({ ok, problems: [], findings }, null, 2)}\n`);
    else report(config, findings, offline, terminal);
    return ok ? exit.ok : exit.no;
  },
};

/** Lets the check see which groups exist and whether somebody is in them. */
function withPeople(config: Config, check: (known: KnownPeople) => Promise<Finding[]>): Promise<Finding[]> {
  return withStores(config, async ({ directory }) => {
    const groups = await directory.listGroups();
    const members = new Map(groups.map((group) => [group.name, group.members]));
    return check({
      groups: new Set(members.keys()),
      hasMember: async (names) => names.some((name) => (members.get(name) ?? 0) > 0),
    });
  });
}

const marks = { ok: ['✓', '\u001b[32m'], warn: ['⚠', '\u001b[33m'], fail: ['✗', '\u001b[31m'] } as const;

function report(config: Config, findings: readonly Finding[], offline: boolean, terminal: Terminal): void {
  const line = (level: Finding['level'], text: string): void => {
    const [mark, color] = marks[level];
    terminal.out(`${terminal.color ? `${color}${mark}\u001b[0m` : mark} ${printable(text)}\n`);
  };
  const names = config.providers.map((provider) => provider.id).join(', ');
  line(
    'ok',
    `the files are in order: ${config.providers.length} provider${config.providers.length === 1 ? '' : 's'} (${names})`,
  );
  for (const { level, provider, message } of findings)
    line(level, provider === undefined ? message : `${provider}: ${message}`);
  if (offline) line('warn', 'offline: no identity provider was asked');
}
