/**
 * `npm run interop:scim`: suites that others wrote, replayed from local files against the SCIM service or any other server.
 *
 *   DOORWARD_SCIM_OKTA_SPEC=FILE   Okta's "SCIM 2.0 SPEC Test", exported for its test runner
 *   DOORWARD_SCIM_POSTMAN=FILE     Microsoft's Postman collection of SCIM tests
 *   --tester                       scim2-tester from PyPI (needs python3)
 *   --against URL --token TOKEN    another server; a fresh one of ours otherwise
 *   --write                        puts the verdicts into docs/scim.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startScimWorld } from '../../support/scim-world.ts';
import type { Target, Verdict } from './exchange.ts';
import { replayOkta } from './okta-spec.ts';
import { replayPostman } from './postman.ts';
import { runTester } from './tester.ts';

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    token: { type: 'string' },
    write: { type: 'boolean', default: false },
    tester: { type: 'boolean', default: false },
  },
});
const files = { okta: process.env['DOORWARD_SCIM_OKTA_SPEC'], postman: process.env['DOORWARD_SCIM_POSTMAN'] };
if (files.okta === undefined && files.postman === undefined && !values.tester) {
  process.stderr.write(
    'Name at least one suite: DOORWARD_SCIM_OKTA_SPEC, DOORWARD_SCIM_POSTMAN, or --tester.\n',
  );
  process.exit(2);
}

async function onOurs(run: (target: Target) => Promise<Verdict[]>): Promise<Verdict[]> {
  const world = await startScimWorld();
  try {
    const actor = { kind: 'command' } as const;
    const { secret } = await world.tokens.create({
      provider: 'okta',
      kind: 'bearer',
      name: 'replay',
      expiresAt: undefined,
      actor,
    });
    // Okta's test begins by looking at somebody who is there already.
    const somebody = {
      userName: 'somebody@acme.example',
      name: { givenName: 'Some', familyName: 'Body' },
      emails: [{ value: 'somebody@acme.example', primary: true }],
    };
    if (run === okta) await world.send(secret)('POST', '/Users', somebody);
    return await run({ url: `${world.baseUrl}/scim/v2`, token: secret });
  } finally {
    await world.close();
  }
}

const okta = (target: Target) => replayOkta(files.okta ?? '', target);
const postman = (target: Target) => replayPostman(files.postman ?? '', target);
const suites = [
  ...(files.okta === undefined ? [] : [okta]),
  ...(files.postman === undefined ? [] : [postman]),
  ...(values.tester ? [runTester] : []),
];
const verdicts: Verdict[] = [];
for (const suite of suites)
  verdicts.push(
    ...(values.against === undefined
      ? await onOurs(suite)
      : await suite({ url: values.against, token: values.token ?? '' })),
  );

for (const { name, failures } of verdicts)
  process.stdout.write(
    `${failures.length === 0 ? 'ok  ' : 'FAIL'} ${name}\n${failures.map((each) => `       ${each}\n`).join('')}`,
  );
/** What differs on purpose; docs/scim.md says why. */
const onPurpose = [
  "Attribute 'active' was not removed",
  'Body contians user',
  'Status code is 204: the status is 400, not 204',
];
const failed = verdicts.filter(({ failures }) => failures.length > 0);
const unexpected = failed.filter(
  ({ failures }) => !failures.every((each) => onPurpose.some((text) => each.includes(text))),
);
process.stdout.write(
  `${verdicts.length - failed.length} of ${verdicts.length} requests are answered as the suites expect\n`,
);

if (values.write) {
  const path = fileURLToPath(new URL('../../../docs/scim.md', import.meta.url));
  const rows = [...new Set(verdicts.map(({ suite }) => suite))].map((suite) => {
    const own = verdicts.filter((each) => each.suite === suite);
    const wrong = own.filter(({ failures }) => failures.length > 0);
    const why = wrong.map(({ name, failures }) => `${name} (${failures[0]})`).join('; ');
    return `| ${suite} | ${own.length - wrong.length} of ${own.length} | ${why.replaceAll('|', '\\|') || 'nothing'} |`;
  });
  const table = ['| suite | as expected | what differs |', '|---|---|---|', ...rows].join('\n');
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(
      /<!-- suites -->[\s\S]*<!-- \/suites -->/,
      () => `<!-- suites -->\n${table}\n<!-- /suites -->`,
    ),
  );
}
process.exitCode = unexpected.length === 0 ? 0 : 1;
