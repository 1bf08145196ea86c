import type { Terminal } from './command.ts';

/** Prints rows under headings, columns as wide as their widest cell; control characters never reach the terminal. */
export function printTable(
  terminal: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const clean = rows.map((row) => row.map(printable));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...clean.map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd()}\n`;
  terminal.out(terminal.color ? `\u001b[1m${line(headings)}\u001b[0m` : line(headings));
  for (const row of clean) terminal.out(line(row));
}

/** A name from outside may hold escape sequences; the terminal gets them as visible text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
