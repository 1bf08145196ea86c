import { relative, isAbsolute } from 'node:path';
import type { Problem } from './types.ts';

/**
 * Problems as `config check` and `serve` print them, one a line: `config/providers/okta.yaml:7  clientID  unknown key; …`.
 * Further lines of a message follow as they are, to be pasted. With `cwd`, files below that directory are named relative to it.
 */
export function formatProblems(
  problems: readonly Problem[],
  { color, cwd }: { readonly color: boolean; readonly cwd?: string },
): string {
  const paint = (code: number, text: string) => (color ? `\u001B[${code}m${text}\u001B[0m` : text);
  return problems
    .map(({ file, line, key, message }) => {
      const place = line === undefined ? shown(file, cwd) : `${shown(file, cwd)}:${line}`;
      return [paint(36, place), ...(key === undefined ? [] : [paint(33, key)]), message].join('  ');
    })
    .join('\n');
}

function shown(file: string, cwd: string | undefined): string {
  if (cwd === undefined || !isAbsolute(file)) return file;
  const short = relative(cwd, file);
  return short.startsWith('..') || isAbsolute(short) ? file : short;
}
