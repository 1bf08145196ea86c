import type { Problem } from './types.ts';

/** Where the mistakes of one file are gathered; it knows the line of every key. */
export interface Report {
  /** Path as the administrator would write it. */
  readonly file: string;
  readonly lines: Readonly<Record<string, number>>;
  /** Notes a mistake at a dotted key; the line is the key's, or its nearest parent's when the key is not there. */
  problem(key: string | undefined, message: string): void;
  /** Notes a mistake of the YAML itself, whose line is known otherwise. */
  problemAt(line: number | undefined, message: string, key?: string): void;
  /** From now on whatever hangs on this key is in doubt: no further mistakes are drawn from it. */
  spoil(key: string): void;
  /** A mistake was found at this key, above it or below it. */
  spoiled(key: string): boolean;
}

/** A report that appends to `problems`; the same mistake is noted once. */
export function createReport(
  file: string,
  lines: Readonly<Record<string, number>>,
  problems: Problem[],
): Report {
  const spoiled = new Set<string>();
  const add = (line: number | undefined, key: string | undefined, message: string) => {
    const known = problems.some(
      (other) => other.file === file && other.line === line && other.key === key && other.message === message,
    );
    if (!known) problems.push({ file, line, key, message });
  };
  return {
    file,
    lines,
    problem(key, message) {
      if (key !== undefined) spoiled.add(key);
      add(key === undefined ? undefined : lineOf(lines, key), key && readable(key), message);
    },
    problemAt: (line, message, key) => add(line, key && readable(key), message),
    spoil: (key) => spoiled.add(key),
    spoiled: (key) =>
      [...spoiled].some(
        (other) => other === key || other.startsWith(`${key}.`) || key.startsWith(`${other}.`),
      ),
  };
}

/** By file, then line, then key, so that an editor can walk down the list. A whole file comes before its lines. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (left, right) =>
      compare(left.file, right.file) ||
      (left.line ?? 0) - (right.line ?? 0) ||
      compare(left.key ?? '', right.key ?? ''),
  );
}

/** A key as it can be printed: no control characters that a terminal would obey, and not endless. */
export function readable(key: string): string {
  const safe = key.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
  return safe.length > 120 ? `${safe.slice(0, 119)}…` : safe;
}

function lineOf(lines: Readonly<Record<string, number>>, key: string): number | undefined {
  for (let path = key; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const line = Object.hasOwn(lines, path) ? lines[path] : undefined;
    if (line !== undefined) return line;
  }
  return undefined;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
