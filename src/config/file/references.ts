import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Report } from '../problems.ts';
import { tryRead, type ReadFile } from './text-file.ts';
import { isMap, type Tree, type TreeMap } from './tree.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReferenceSources {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** Directory that a relative `${file:…}` starts from. */
  readonly dir: string;
}

export interface Resolved {
  readonly tree: TreeMap;
  /** Dotted keys whose value came from outside the file: never shown, whatever they are. */
  readonly hidden: ReadonlySet<string>;
  /** SHA-256 of every value that was brought in, in the order of the file. */
  readonly digests: readonly string[];
}

/** `${env:NAME}`, `${file:PATH}`, `$${` for a literal `${`; anything else that begins with `${` is a mistake. */
const reference = /\$\$\{|\$\{(?:(env|file):([^{}]+)\})?/g;

/**
 * Replaces `${env:NAME}` and `${file:PATH}` in every text of the tree; values brought in are not searched again.
 * One line break at a file's end is left out (as `$(cat …)` does). What cannot be found is a problem that names
 * the variable or the path, never a value.
 */
export async function resolveReferences(
  tree: TreeMap,
  report: Report,
  sources: ReferenceSources,
): Promise<Resolved> {
  const hidden = new Set<string>();
  const digests: string[] = [];

  const fetch = async (
    kind: string | undefined,
    name: string,
  ): Promise<{ text: string } | { fault: string }> => {
    if (kind === 'env') {
      const value = Object.hasOwn(sources.env, name) ? sources.env[name] : undefined;
      if (value !== undefined && value !== '') return { text: value };
      return { fault: `the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}` };
    }
    if (kind === 'file') {
      const read = await tryRead(sources.readFile, resolve(sources.dir, name));
      if ('why' in read) return { fault: `the file ${name} cannot be used: ${read.why}` };
      const text = read.text.replace(/\r?\n$/, '');
      return text === '' ? { fault: `the file ${name} is empty` } : { text };
    }
    return { fault: 'expected ${env:NAME} or ${file:PATH} (for a literal ${ write $${)' };
  };

  const fill = async (text: string, path: string): Promise<string> => {
    let result = '';
    let end = 0;
    for (const match of text.matchAll(reference)) {
      result += text.slice(end, match.index);
      end = match.index + match[0].length;
      if (match[0] === '$${') {
        result += '${';
        continue;
      }
      const found = await fetch(match[1], match[2] ?? '');
      hidden.add(path);
      if ('fault' in found) {
        report.problem(path, found.fault);
        continue;
      }
      digests.push(createHash('sha256').update(found.text).digest('hex'));
      result += found.text;
    }
    return result + text.slice(end);
  };

  const walk = async (value: Tree, path: string): Promise<Tree> => {
    if (typeof value === 'string') return value.includes('${') ? fill(value, path) : value;
    const below = (key: string) => (path === '' ? key : `${path}.${key}`);
    if (isMap(value)) {
      const copy: Record<string, Tree> = Object.create(null);
      for (const [key, item] of Object.entries(value)) copy[key] = await walk(item, below(key));
      return copy;
    }
    if (!Array.isArray(value)) return value;
    const items: Tree[] = [];
    for (const [index, item] of (value as readonly Tree[]).entries()) {
      items.push(await walk(item, below(String(index))));
    }
    return items;
  };

  return { tree: (await walk(tree, '')) as TreeMap, hidden, digests };
}
