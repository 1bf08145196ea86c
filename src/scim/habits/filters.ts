import {
  comparisons,
  type AttributePath,
  type Filter,
  type PatchPath,
  type Token,
  type TokenHabit,
} from '../filter/index.ts';
import { attributeNamed, type Attribute, type ResourceType } from '../schema/index.ts';
import { resolvePath } from '../schema/resolve.ts';

/**
 * Entra and PingFederate leave a text without quotes: `externalId eq jyoung`.
 * https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
 */
export const unquotedText: TokenHabit = (tokens) =>
  tokens.map((token, index): Token => {
    const before = tokens[index - 1];
    const isValue =
      token.kind === 'word' &&
      before?.kind === 'word' &&
      tokens[index - 2] !== undefined &&
      (comparisons as readonly string[]).includes(before.text.toLowerCase()) &&
      isOperatorPlace(tokens, index - 1);
    return isValue ? { kind: 'value', value: token.text } : token;
  });

/** `eq eq eq`: the word in the middle is the operator only when an attribute stands before it. */
function isOperatorPlace(tokens: readonly Token[], at: number): boolean {
  const attribute = tokens[at - 1];
  const before = tokens[at - 2];
  if (attribute?.kind !== 'word') return attribute?.kind === ']';
  return (
    before === undefined || before.kind !== 'word' || ['and', 'or', 'not'].includes(before.text.toLowerCase())
  );
}

/** Entra compares booleans with text: `roles[primary eq "True"]`. */
export function booleanComparedAsText(type: ResourceType, filter: Filter): Filter {
  return rewrite(filter, (path) => {
    const resolved = resolvePath(type, path);
    return resolved?.sub ?? resolved?.attribute;
  });
}

/** The same inside the brackets of a PATCH path: `roles[primary eq "True"].value`. */
export function patchFilterHabit(type: ResourceType): (path: PatchPath) => PatchPath {
  return ({ path, filter }) => {
    const subs = resolvePath(type, { ...path, sub: undefined })?.attribute?.subAttributes;
    if (!filter || !subs) return { path, filter };
    return { path, filter: rewrite(filter, (inner) => attributeNamed(subs, inner.attribute)) };
  };
}

type Define = (path: AttributePath) => Attribute | undefined;

function rewrite(filter: Filter, define: Define): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { ...filter, left: rewrite(filter.left, define), right: rewrite(filter.right, define) };
    case 'not':
      return { ...filter, filter: rewrite(filter.filter, define) };
    case 'element': {
      const subs = define(filter.path)?.subAttributes ?? [];
      return { ...filter, filter: rewrite(filter.filter, (path) => attributeNamed(subs, path.attribute)) };
    }
    case 'pr':
      return filter;
    default: {
      const text = typeof filter.value === 'string' ? filter.value.toLowerCase() : undefined;
      if (define(filter.path)?.type !== 'boolean' || (text !== 'true' && text !== 'false')) return filter;
      return { ...filter, value: text === 'true' };
    }
  }
}
