/** `npm run bench`: how close the gate comes to what node:http can do at all. The method is in docs/performance.md. */
import { readArguments, usage, type BenchArguments } from './arguments.ts';
import { createKit, type Section } from './kit.ts';
import type { Row } from './rounds.ts';
import { express } from './sections/express.ts';
import { groups } from './sections/groups.ts';
import { large } from './sections/large.ts';
import { latency } from './sections/latency.ts';
import { memory } from './sections/memory.ts';
import { nginx } from './sections/nginx.ts';
import { processes } from './sections/processes.ts';
import { proxy } from './sections/proxy.ts';
import { start } from './sections/start.ts';
import { verify } from './sections/verify.ts';
import { describeMachine, formatTable } from './table.ts';

const sections: readonly Section[] = [
  verify,
  large,
  groups,
  express,
  latency,
  nginx,
  proxy,
  processes,
  memory,
  start,
];

/** Section after section; each ends what it started, so that none runs beside another. */
async function bench(options: BenchArguments): Promise<void> {
  const unknown = options.only.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined) throw new Error(`there is no section ${unknown}`);
  const wanted = sections.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const rows: Row[] = [];
  let generator = '';
  for (const section of wanted) {
    const kit = await createKit(options);
    generator = kit.load.name;
    kit.say(`— ${section.name} —\n`);
    try {
      rows.push(...(await section.run(kit)));
    } catch (error) {
      // The others are worth having all the same.
      process.exitCode = 1;
      kit.say(`${section.name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    } finally {
      await kit.close();
    }
  }
  const machine = describeMachine();
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, generator, rows }, null, 2)}\n`);
  else process.stdout.write(formatTable(rows, machine, generator));
}

try {
  await bench(readArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
}
