import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, type YAMLError } from 'yaml';
import { readable } from '../problems.ts';
import type { Tree, TreeMap } from './tree.ts';

/** A YAML file as plain values, with the line of every key. */
export interface YamlFile {
  readonly tree: TreeMap;
  /** Dotted key (`groups.map.Data Engineering`, `secrets.0`) to its 1-based line. */
  readonly lines: Readonly<Record<string, number>>;
  /** The keys of each map, by the map's dotted key, in the order of the file: objects would sort `2` before `b`. */
  readonly order: ReadonlyMap<string, readonly string[]>;
}

export interface YamlMistake {
  readonly line: number | undefined;
  readonly key: string | undefined;
  readonly message: string;
}

/** Deeper than any sensible file, and shallow enough for every recursion over the result. */
const deepest = 24;

/**
 * Reads one YAML 1.2 document whose root is a map. Anchors, aliases, tags, duplicate keys and `__proto__` are mistakes.
 * Total: whatever the text, the answer is a file or mistakes, and no mistake repeats a value of the file.
 */
export function readYaml(text: string): {
  readonly file?: YamlFile;
  readonly mistakes: readonly YamlMistake[];
} {
  try {
    return parse(text);
  } catch {
    // The parser gave up (nesting that exhausts the stack, for one).
    return { mistakes: [{ line: undefined, key: undefined, message: 'this cannot be read as YAML' }] };
  }
}

function parse(text: string): { readonly file?: YamlFile; readonly mistakes: readonly YamlMistake[] } {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    // The parser's own messages quote the source, and with it secrets.
    prettyErrors: false,
    // `silent` would also drop the mistake of a second document.
    logLevel: 'error',
    stringKeys: true,
    // Ours below names both lines, and does not compare every key with every other.
    uniqueKeys: false,
    version: '1.2',
    schema: 'core',
  });
  const lineAt = (offset: number | undefined) =>
    offset === undefined ? undefined : Math.max(1, counter.linePos(offset).line);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) return { mistakes: syntaxMistakes(faults, lineAt) };

  const mistakes: YamlMistake[] = [];
  const lines: Record<string, number> = Object.create(null);
  const order = new Map<string, readonly string[]>();

  const walk = (node: unknown, path: string, depth: number, line: number | undefined): Tree => {
    const complain = (message: string): Tree => {
      mistakes.push({ line, key: path === '' ? undefined : path, message });
      return null;
    };
    if (depth > deepest) return complain('this is nested too deeply');
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return complain('YAML aliases are not accepted here; write the value out');
    if (isScalar(node)) {
      const { value } = node;
      if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      return complain('expected text, a number, true or false');
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const itemPath = join(path, String(index));
        const itemLine = lineAt(startOf(item)) ?? line;
        if (itemLine !== undefined) lines[itemPath] = itemLine;
        return walk(item, itemPath, depth + 1, itemLine);
      });
    }
    if (!isMap(node)) return complain('expected text, a list or a map');
    const map: Record<string, Tree> = Object.create(null);
    const seen = new Map<string, number | undefined>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : '';
      const keyLine = lineAt(startOf(key)) ?? line;
      const keyPath = join(path, name);
      const note = (message: string) => mistakes.push({ line: keyLine, key: keyPath, message });
      if (name === '') note('a key is missing before the colon');
      else if (name === '__proto__') note('this name is not allowed as a key');
      else if (seen.has(name)) note(`written twice; first in line ${String(seen.get(name))}`);
      else {
        if (keyLine !== undefined) lines[keyPath] = keyLine;
        map[name] = walk(value, keyPath, depth + 1, keyLine);
        seen.set(name, keyLine);
      }
    }
    order.set(path, [...seen.keys()]);
    return map;
  };

  const root = document.contents;
  if (!isMap(root)) {
    const message =
      root === null || (isScalar(root) && root.value === null)
        ? 'the file is empty; expected lines such as `key: value`'
        : 'expected a map, that is, lines such as `key: value`';
    return { mistakes: [{ line: undefined, key: undefined, message }] };
  }
  const tree = walk(root, '', 0, undefined) as TreeMap;
  return { file: { tree, lines, order }, mistakes };
}

function join(path: string, step: string): string {
  return path === '' ? step : `${path}.${step}`;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range))
    return undefined;
  const [start] = node.range as readonly unknown[];
  return typeof start === 'number' ? start : undefined;
}

/** At most this many syntax mistakes a file: after the first few, each is an echo of another. */
const mostSyntaxMistakes = 10;

function syntaxMistakes(
  faults: readonly YAMLError[],
  lineAt: (offset: number) => number | undefined,
): readonly YamlMistake[] {
  const byLine = new Map<number | undefined, YamlMistake>();
  for (const fault of faults) {
    const line = lineAt(fault.pos[0]);
    const message = readable(syntax[fault.code] ?? 'this is not valid YAML');
    if (!byLine.has(line)) byLine.set(line, { line, key: undefined, message });
  }
  return [...byLine.values()].slice(0, mostSyntaxMistakes);
}

/** What the parser means by its codes, in words that name no value. */
const syntax: Partial<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'YAML aliases are not accepted here; write the value out',
  BAD_ALIAS:
    'YAML aliases are not accepted here; write the value out (a text that begins with `*` needs quotes)',
  BAD_DIRECTIVE: 'this is not valid YAML; a text that begins with `%` needs quotes',
  BAD_DQ_ESCAPE: 'an unknown escape in double quotes; write `\\\\` for a backslash, or use single quotes',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'this text needs quotes: YAML reads its first character as a sign',
  BLOCK_AS_IMPLICIT_KEY: 'two keys in one line; a text with `: ` in it needs quotes',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a colon is missing after the key',
  MULTIPLE_DOCS: 'more than one YAML document in the file; take the line `---` out',
  NON_STRING_KEY: 'a key must be plain text',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  TAB_AS_INDENT: 'a tab in the indentation; YAML takes spaces only',
  TAG_RESOLVE_FAILED: 'YAML tags are not accepted here; a text that begins with `!` needs quotes',
  UNEXPECTED_TOKEN: 'this does not belong here; is a quote, a colon or a line break missing?',
};
