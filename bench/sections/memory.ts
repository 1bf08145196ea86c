import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Section } from '../kit.ts';

/** What a remembered session takes of the heap. */
export const memory: Section = {
  name: 'memory',
  async run(kit) {
    const count = kit.options.rounds < 10 ? 21_000 : 101_000;
    const file = fileURLToPath(new URL('../serve-memory.ts', import.meta.url));
    const folder = await mkdtemp(join(kit.folder, 'memory-'));
    kit.say('taking two heap snapshots …\n');
    const { stdout } = await promisify(execFile)(process.execPath, [file, folder, String(count)]);
    const name = `memory of a remembered session, by heap snapshots (${(count - 1000).toLocaleString('en')} sessions)`;
    return [{ name, value: Number(stdout), unit: 'bytes', rounds: 1 }];
  },
};
