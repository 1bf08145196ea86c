import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig, type Config, type Problem } from '../../src/config/index.ts';

/** A secret of the length that is asked for. */
export const gatewaySecret = 'a secret of the gateway, 32 letters long';

/** The smallest gateway.yaml that works. */
export const smallGateway = `baseUrl: https://sso.acme.example\nsecrets: [${JSON.stringify(gatewaySecret)}]\n`;

/** The smallest provider that works. */
export const smallProvider = 'preset: google\nclientId: abc\nclientSecret: def\n';

const made: string[] = [];

/** Writes the files below a directory of its own; {@link removeConfigs} removes it. */
export function writeConfig(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'doorward-config-'));
  made.push(dir);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

export function removeConfigs(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}

/** Loads files; file names in problems are relative to the directory. */
export async function load(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<{ config?: Config; problems: readonly Problem[] }> {
  const dir = writeConfig(files);
  const loaded = await loadConfig(dir, { env });
  if (loaded.ok) return { config: loaded.config, problems: [] };
  return {
    problems: loaded.problems.map((problem) => ({ ...problem, file: problem.file.slice(dir.length + 1) })),
  };
}

/** The problems as `file:line key`, each with its message. */
export function placed(problems: readonly Problem[]): Record<string, string> {
  return Object.fromEntries(
    problems.map(({ file, line, key, message }) => [`${file}:${line ?? '-'} ${key ?? '-'}`, message]),
  );
}

/** A configuration that has to be without mistakes. */
export async function configOf(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Config> {
  const { config, problems } = await load(files, env);
  if (!config) throw new Error(JSON.stringify(problems, null, 2));
  return config;
}
