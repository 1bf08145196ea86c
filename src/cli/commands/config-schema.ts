import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonSchema } from '../../config/index.ts';
import { exit, type Command } from '../command.ts';

export const configSchema: Command = {
  name: 'config schema',
  summary: 'Write the JSON Schemas by which an editor completes and checks the files',
  usage: '[--json]',
  help: [
    'Writes schema/gateway.schema.json and schema/provider.schema.json below the configuration directory;',
    'with --json, prints both instead. The example files point to them.',
  ].join('\n'),
  options: {},
  words: [0, 0],
  async run(args, terminal) {
    const schemas = jsonSchema();
    if (args.json) {
      terminal.out(`${JSON.stringify(schemas, null, 2)}\n`);
      return exit.ok;
    }
    const folder = join(args.configDir, 'schema');
    await mkdir(folder, { recursive: true });
    for (const [name, schema] of Object.entries(schemas)) {
      const file = join(folder, `${name}.schema.json`);
      await writeFile(file, `${JSON.stringify(schema, null, 2)}\n`);
      terminal.out(`wrote ${file}\n`);
    }
    return exit.ok;
  },
};
