import type { AttributePath, Filter } from './ast.ts';

/** Writes a filter so that parsing it again gives the same tree. */
export function printFilter(filter: Filter): string {
  switch (filter.op) {
    case 'and':
      return `${operand(filter.left, ['or'])} and ${operand(filter.right, ['or', 'and'])}`;
    case 'or':
      return `${printFilter(filter.left)} or ${operand(filter.right, ['or'])}`;
    case 'not':
      return `not (${printFilter(filter.filter)})`;
    case 'pr':
      return `${printPath(filter.path)} pr`;
    case 'element':
      return `${printPath(filter.path)}[${printFilter(filter.filter)}]`;
    default:
      return `${printPath(filter.path)} ${filter.op} ${JSON.stringify(filter.value)}`;
  }
}

export function printPath(path: AttributePath): string {
  const urn = path.urn === undefined ? '' : `${path.urn}:`;
  return `${urn}${path.attribute}${path.sub === undefined ? '' : `.${path.sub}`}`;
}

function operand(filter: Filter, needBrackets: readonly Filter['op'][]): string {
  return needBrackets.includes(filter.op) ? `(${printFilter(filter)})` : printFilter(filter);
}
