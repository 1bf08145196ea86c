export {
  comparisons,
  type AttributePath,
  type Comparison,
  type Filter,
  type FilterValue,
  type PatchPath,
} from './ast.ts';
export { checkFilter, elementMatches, matches } from './match.ts';
export { parseFilter, parsePath, type TokenHabit } from './parse.ts';
export { printFilter, printPath } from './print.ts';
export type { Token } from './tokens.ts';
export { mentions, planFilter, type Plan } from './plan.ts';
