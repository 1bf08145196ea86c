import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assertionWorld, snippetOf } from '../../support/assertion-world.ts';
import { answers, isHere, languages } from './languages.ts';

const markdown = readFileSync(fileURLToPath(new URL('../../../docs/assertion.md', import.meta.url)), 'utf8');
const here = await Promise.all(
  Object.entries(languages).map(async ([name, language]) => ({
    name,
    language,
    found: await isHere(language),
  })),
);
for (const { name, language, found } of here) {
  if (!found) process.stderr.write(`${name} is not run: this machine lacks ${language.needs.join(', ')}\n`);
}

describe.each(here.filter(({ found }) => found))(
  'the snippet for $name in docs/assertion.md',
  ({ language }) => {
    let world: Awaited<ReturnType<typeof assertionWorld>>;
    let folder: string;
    let command: readonly string[];
    beforeAll(async () => {
      world = await assertionWorld();
      folder = mkdtempSync(join(tmpdir(), 'doorward-snippet-'));
      command = await language.build(snippetOf(markdown, language.fence, world.issuer), folder);
    });
    afterAll(async () => {
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('believes an assertion of the gateway, and no other', async () => {
      const said = await answers(command, [world.sign(), ...Object.values(world.bad), world.sign()]);
      const expected = [
        `yes ${world.good.sub}`,
        ...Object.keys(world.bad).map(() => 'no'),
        `yes ${world.good.sub}`,
      ];
      expect(said.map((line) => (line.startsWith('no') ? 'no' : line))).toEqual(expected);
    });

    it('believes one by the next key', async () => {
      await world.signer.keyring.rotate('assertion', { actor: { kind: 'command' }, notice: 0 });
      const old = world.sign();
      await world.signer.start();
      expect(await answers(command, [old, world.sign()])).toEqual([
        `yes ${world.good.sub}`,
        `yes ${world.good.sub}`,
      ]);
    });
  },
);
