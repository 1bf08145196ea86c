import { formatProblems, loadConfig, type Config } from '../config/index.ts';
import type { Arguments, Terminal } from './command.ts';

/** The configuration of this command, or undefined after all of its mistakes were printed. */
export async function configOf(args: Arguments, terminal: Terminal): Promise<Config | undefined> {
  const loaded = await loadConfig(args.configDir, { env: terminal.env });
  if (loaded.ok) return loaded.config;
  terminal.err(`${formatProblems(loaded.problems, { color: terminal.color, cwd: terminal.cwd })}\n`);
  return undefined;
}
