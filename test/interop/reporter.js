import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const columns = [
  'login',
  'groups',
  'no groups',
  'refused there',
  'non-ASCII names',
  'key rotation',
  'logout here',
  'logout there too',
  'ended from there',
];
const target = fileURLToPath(new URL('../../docs/interop.md', import.meta.url));

/** Writes docs/interop.md: a row for each identity provider, what was run with which version, and what was not. */
export default class InteropReporter {
  constructor(globalConfig) {
    this.partial =
      (globalConfig.testPathPatterns?.patterns ?? []).length > 0 || Boolean(globalConfig.testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const folder = join(tmpdir(), `doorward-interop-${process.pid}`);
    const notes = existsSync(folder)
      ? readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
      : [];
    rmSync(folder, { recursive: true, force: true });
    const outcomes = new Map();
    for (const { testResults } of results.testResults)
      for (const { ancestorTitles, title, status } of testResults)
        outcomes.set(`${ancestorTitles[0]} ${title}`, status);
    const rows = notes
      .sort((left, right) => (left.row < right.row ? -1 : 1))
      .map((note) => [
        note.name,
        note.protocol,
        note.missing === undefined ? note.version : `**not run**: ${note.missing.split('\n')[0]}`,
        ...columns.map((column) => mark(note, outcomes.get(`${note.row} ${column}`), column)),
      ]);
    const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    const page = [
      '# Interoperability',
      '',
      'Written by `npm run interop`, which starts real identity providers and takes a browser through each journey: the whole',
      'gateway, real stores, no part of either side replaced. ✓ passed, ✗ failed, – the identity provider has no such thing or it',
      'cannot be brought about from outside, **not run** with the reason where one could not be had.',
      '',
      `Run on ${new Date().toISOString().slice(0, 10)} with Node ${process.version}: ${results.numPassedTests} passed, ${results.numFailedTests} failed.`,
      '',
      line(['identity provider', 'protocol', 'version', ...columns]),
      line(['---', '---', '---', ...columns.map(() => '---')]),
      ...rows.map(line),
      '',
      'Keycloak comes from Maven Central, `samlp` from npm when the suite is run; neither is part of the gateway.',
      'Further ones: `DOORWARD_INTEROP_IDPS=FILE.json npm run interop` (test/interop/README.md).',
      '',
    ];
    // A run of some files would lose the rows of the others; and so would files that could not even be read.
    if (this.partial || results.numRuntimeErrorTestSuites > 0)
      process.stdout.write(`${page.join('\n')}\nNot kept: not every file was run.\n`);
    else writeFileSync(target, page.join('\n'));
  }
}

function mark(note, status, column) {
  if (note.missing !== undefined) return '';
  if (note.impossible.includes(column)) return '–';
  return status === 'passed' ? '✓' : '✗';
}
