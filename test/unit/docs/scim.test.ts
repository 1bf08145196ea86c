import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import type { Step } from '../../conformance/scim/case.ts';
import { scimCases } from '../../conformance/scim/cases/index.ts';

const path = fileURLToPath(new URL('../../../docs/scim.md', import.meta.url));

/** The exchange that a case is about: the last one but for looking at what became of it. */
function mainStep(steps: readonly Step[]): Step | undefined {
  return (
    steps.findLast(({ send }) => !send.startsWith('GET /Users/{') && !send.startsWith('GET /Groups/{')) ??
    steps.at(-1)
  );
}

function table(): string {
  const rows = scimCases.map(({ client, name, steps }) => {
    const step = mainStep(steps);
    const send = (step?.send ?? '').replaceAll('|', '\\|').slice(0, 90);
    return `| ${client} | ${name.replaceAll('|', '\\|')} | \`${send}\` | ${[step?.status].flat().join(' or ')} |`;
  });
  return ['| client | what holds | one of its requests | answer |', '|---|---|---|---|', ...rows].join('\n');
}

// After a change of the cases: UPDATE_DOCS=1 npm run jest -- test/unit/docs/scim
it('docs/scim.md has every case of the conformance table', () => {
  const text = readFileSync(path, 'utf8');
  const wanted = text.replace(
    /<!-- cases -->[\s\S]*<!-- \/cases -->/,
    () => `<!-- cases -->\n${table()}\n<!-- /cases -->`,
  );
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, wanted);
  else expect(text).toBe(wanted);
  expect(wanted).toContain('| Entra ID | a user name that exists is a conflict |');
});
