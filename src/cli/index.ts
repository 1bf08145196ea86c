/**
 * cli: the `doorward` command, one file a command.
 *
 * Owns how arguments are read and answers are printed. What a command does is done by the rooms; a command may not hold a
 * rule of its own, so that the console and the JSON API do exactly the same.
 *
 *   argv ─▶ run ─▶ find command ─▶ read arguments ─▶ command.run ─▶ exit code
 */
export { exit, type Command, type ExitCode, type Terminal } from './command.ts';
export { run } from './run.ts';
