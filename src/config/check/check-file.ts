import type { z } from 'zod';
import { isMap, valueAt, without, type Tree, type TreeMap } from '../file/tree.ts';
import type { Report } from '../problems.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { adviceFor } from './known-keys.ts';
import { wordIssue, type Issue } from './word-issue.ts';

export interface CheckOptions {
  readonly report: Report;
  /** Keys whose value came from outside the file. */
  readonly hidden: ReadonlySet<string>;
  readonly jsonSchema: () => JsonSchema;
  /** Says where a key belongs that this kind of file does not know; undefined when nowhere. */
  readonly elsewhere?: (key: string) => string | undefined;
}

/**
 * The typed content of a file. Every issue becomes a problem of the report; what is wrong is then left out, so that
 * the rules that look at several keys (and at several files) can still judge all the rest in the same run.
 */
export function checkFile<Schema extends z.ZodType>(
  schema: Schema,
  tree: TreeMap,
  options: CheckOptions,
): z.output<Schema> | undefined {
  const { report } = options;
  let rest: Tree = tree;
  // Each round leaves something out, so that it ends; a file has few levels, and so few rounds.
  for (let round = 0; round < 50; round += 1) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    const issues = result.error.issues.flatMap((issue) => flatten(issue, rest, []));
    if (round === 0) tell(issues, tree, options);
    for (const path of issues.flatMap((issue) => culprits(issue, rest))) {
      report.spoil(path.join('.'));
      rest = without(rest, path);
    }
  }
  return undefined;
}

function tell(
  issues: readonly Issue[],
  tree: Tree,
  { report, hidden, jsonSchema, elsewhere }: CheckOptions,
): void {
  const schema = jsonSchema();
  const alreadyTold = new Set(issues.map((issue) => dotted(issue.path)).filter((key) => report.spoiled(key)));
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    for (const key of issue.keys) {
      const other = issue.path.length === 0 ? elsewhere?.(key) : undefined;
      const advice =
        other === undefined ? adviceFor(schema, issue.path, key) : { message: other, meant: undefined };
      if (advice.meant !== undefined) meant.add(advice.meant);
      report.problem(dotted([...issue.path, key]), advice.message);
    }
  }
  for (const issue of issues) {
    const key = dotted(issue.path);
    if (issue.code === 'unrecognized_keys' || (alreadyTold.has(key) && key !== '')) continue;
    const value = valueAt(tree, issue.path);
    // The misspelt key says it already.
    if (value === undefined && meant.has(key)) continue;
    report.problem(key, wordIssue(issue, { schema, path: issue.path, value, hidden: hidden.has(key) }));
  }
  for (const key of meant) report.spoil(key);
}

/** A choice whose value fits one alternative by its kind is judged by that alternative alone. */
function flatten(issue: Issue, tree: Tree, prefix: readonly PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const fitting = issue.errors.filter(
      (errors) => !errors.some((error) => error.path.length === 0 && isWrongKind(error)),
    );
    const [chosen] = fitting;
    if (chosen) return chosen.flatMap((error) => flatten(error, tree, path));
  }
  return [{ ...issue, path } as Issue];
}

function isWrongKind(issue: Issue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** What has to go so that the issue goes: the unknown keys, the list that holds the item, the map that lacks a key. */
function culprits(issue: Issue, tree: Tree): (readonly string[])[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  const list = path.findIndex((_, index) => Array.isArray(valueAt(tree, path.slice(0, index))));
  if (list > 0) return [path.slice(0, list)];
  const there = isMap(tree) && valueAt(tree, path) !== undefined;
  return [there || path.length < 2 ? path : path.slice(0, -1)];
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
