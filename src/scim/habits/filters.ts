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

/**
 * Entra names attributes of the enterprise extension without its URN: `id eq "A" and manager eq "B"`. What the core
 * does not know, and one extension does, is meant there.
 * https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups
 */
export function extensionWithoutUrn(type: ResourceType, path: AttributePath): AttributePath {
  if (path.urn !== undefined || resolvePath(type, path)) return path;
  const owner = type.extensions.find(({ id }) => resolvePath(type, { ...path, urn: id }));
  return owner ? { ...path, urn: owner.id } : path;
}

/** What clients write in filters, as the RFC has it: attributes where they belong, booleans as booleans. */
export function filterHabits(type: ResourceType, filter: Filter): Filter {
  return rewrite(
    filter,
    (path) => {
      const resolved = resolvePath(type, path);
      return resolved?.sub ?? resolved?.attribute;
    },
    (path) => extensionWithoutUrn(type, path),
  );
}

/** The same for a PATCH path and inside its brackets: Entra compares booleans with text, `roles[primary eq "True"].value`. */
export function patchPathHabits(type: ResourceType): (path: PatchPath) => PatchPath {
  return ({ path: written, filter }) => {
    const path = extensionWithoutUrn(type, written);
    const subs = resolvePath(type, { ...path, sub: undefined })?.attribute?.subAttributes;
    if (!filter || !subs) return { path, filter };
    return { path, filter: rewrite(filter, (inner) => attributeNamed(subs, inner.attribute)) };
  };
}

type Define = (path: AttributePath) => Attribute | undefined;

/** Every comparison of a filter, with its path and its value as they are meant. */
function rewrite(
  filter: Filter,
  define: Define,
  meant: (path: AttributePath) => AttributePath = (path) => path,
): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return {
        ...filter,
        left: rewrite(filter.left, define, meant),
        right: rewrite(filter.right, define, meant),
      };
    case 'not':
      return { ...filter, filter: rewrite(filter.filter, define, meant) };
    case 'element': {
      const path = meant(filter.path);
      const subs = define(path)?.subAttributes ?? [];
      return {
        ...filter,
        path,
        filter: rewrite(filter.filter, (inner) => attributeNamed(subs, inner.attribute)),
      };
    }
    case 'pr':
      return { ...filter, path: meant(filter.path) };
    default: {
      const path = meant(filter.path);
      const text = typeof filter.value === 'string' ? filter.value.toLowerCase() : undefined;
      const isBoolean = define(path)?.type === 'boolean' && (text === 'true' || text === 'false');
      return { ...filter, path, value: isBoolean ? text === 'true' : filter.value };
    }
  }
}
