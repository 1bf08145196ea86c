/**
 * Prints the hostile SAML table, a line a case: row, sentence, verdict, milliseconds. Exits with 1 when a verdict is wrong.
 *   node test/hostile/saml/print.ts
 */
import { createSecondLock } from '../../../src/providers/saml/index.ts';
import { cases } from './cases.ts';
import { judge } from './judge.ts';

const secondLock = createSecondLock({ threads: 1, queue: 8, timeout: 30_000 });
let wrong = 0;
for (const one of cases) {
  const { verdict, milliseconds } = await judge(one, secondLock);
  const expected = one.verdict === 'accepted' ? 'accepted' : `${one.verdict.code} ${one.verdict.detail}`;
  if (verdict !== expected) wrong += 1;
  const mark = verdict === expected ? '' : `   EXPECTED ${expected}`;
  process.stdout.write(
    `${String(one.row).padStart(2)}  ${one.sentence}  ·  ${verdict}  ·  ${milliseconds.toFixed(1)} ms${mark}\n`,
  );
}
process.stdout.write(`${cases.length} cases, ${wrong} with another verdict than expected\n`);
await secondLock.close();
process.exitCode = wrong === 0 ? 0 : 1;
