import { badRequest, type ScimType } from '../error.ts';
import { comparisons, type AttributePath, type Comparison, type Filter, type PatchPath } from './ast.ts';
import { tokenize, type Token } from './tokens.ts';

/** Deeper and larger filters are refused: nobody needs them, and each level costs stack. */
const maxDepth = 32;
const maxConditions = 500;

/** A token habit of some client, applied before the strict grammar. */
export type TokenHabit = (tokens: readonly Token[]) => readonly Token[];

/**
 * Parses a filter (RFC 7644, section 3.4.2.2): `not` binds tighter than `and`, `and` tighter than `or`; operators in any case.
 * @throws ScimError 400 invalidFilter
 */
export function parseFilter(text: string, habit: TokenHabit = (tokens) => tokens): Filter {
  const reader = new Reader(habit(tokenize(text, 'invalidFilter')), 'invalidFilter');
  const filter = reader.or(0);
  reader.end();
  return filter;
}

/**
 * Parses a PATCH path: `attr`, `attr.sub`, `attr[filter]` or `attr[filter].sub`, each with a URN in front or without.
 * @throws ScimError 400 invalidPath
 */
export function parsePath(text: string): PatchPath {
  const reader = new Reader(tokenize(text, 'invalidPath'), 'invalidPath');
  const path = reader.patchPath();
  reader.end();
  return path;
}

/** Recursive descent over the tokens. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #errorType: ScimType;
  #at = 0;
  #conditions = 0;

  constructor(tokens: readonly Token[], errorType: ScimType) {
    this.#tokens = tokens;
    this.#errorType = errorType;
  }

  or(depth: number): Filter {
    let left = this.#and(depth);
    while (this.#takeWord('or')) left = { op: 'or', left, right: this.#and(depth) };
    return left;
  }

  patchPath(): PatchPath {
    const path = this.#path();
    if (!this.#take('[')) return { path, filter: undefined };
    if (path.sub !== undefined) throw this.#error('a value filter follows an attribute, not a sub-attribute');
    const filter = this.or(1);
    this.#expect(']');
    const rest = this.#tokens[this.#at];
    if (rest?.kind !== 'word') return { path, filter };
    this.#at += 1;
    if (!rest.text.startsWith('.')) throw this.#error(`unexpected "${rest.text}"`);
    const sub = this.#name(rest.text.slice(1));
    return { path: { ...path, sub }, filter };
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token) throw this.#error(`unexpected ${describe(token)}`);
  }

  #and(depth: number): Filter {
    let left = this.#not(depth);
    while (this.#takeWord('and')) left = { op: 'and', left, right: this.#not(depth) };
    return left;
  }

  #not(depth: number): Filter {
    if (depth > maxDepth) throw this.#error(`nested deeper than ${maxDepth} levels`);
    if (this.#peekWord('not') && this.#tokens[this.#at + 1]?.kind === '(') {
      this.#at += 1;
      return { op: 'not', filter: this.#group(depth + 1) };
    }
    if (this.#tokens[this.#at]?.kind === '(') return this.#group(depth + 1);
    return this.#expression(depth);
  }

  #group(depth: number): Filter {
    this.#expect('(');
    const filter = this.or(depth);
    this.#expect(')');
    return filter;
  }

  #expression(depth: number): Filter {
    const path = this.#path();
    if (this.#take('[')) {
      if (path.sub !== undefined)
        throw this.#error('a value filter follows an attribute, not a sub-attribute');
      const filter = this.or(depth + 1);
      this.#expect(']');
      return this.#elements(path, filter);
    }
    const operator = this.#tokens[this.#at];
    if (operator?.kind !== 'word') throw this.#error('an operator is missing');
    this.#at += 1;
    const op = operator.text.toLowerCase();
    if (op === 'pr') return this.#condition({ op: 'pr', path });
    if (!isComparison(op)) throw this.#error(`unknown operator "${operator.text}"`);
    const value = this.#tokens[this.#at];
    if (value?.kind !== 'value')
      throw this.#error(`"${operator.text}" needs a value, strings in double quotes`);
    this.#at += 1;
    return this.#condition({ op, path, value: value.value });
  }

  /** `emails[type eq "work"].value eq "x"`: the comparison behind the bracket is about the same element. */
  #elements(path: AttributePath, filter: Filter): Filter {
    const rest = this.#tokens[this.#at];
    if (rest?.kind !== 'word' || !rest.text.startsWith('.')) return { op: 'element', path, filter };
    this.#at += 1;
    const inner: AttributePath = {
      urn: undefined,
      attribute: this.#name(rest.text.slice(1)),
      sub: undefined,
    };
    const operator = this.#tokens[this.#at];
    const op = operator?.kind === 'word' ? operator.text.toLowerCase() : '';
    this.#at += 1;
    if (op === 'pr') {
      const present = this.#condition({ op: 'pr', path: inner });
      return { op: 'element', path, filter: { op: 'and', left: filter, right: present } };
    }
    const value = this.#tokens[this.#at];
    if (!isComparison(op) || value?.kind !== 'value')
      throw this.#error('a comparison is missing behind the bracket');
    this.#at += 1;
    const right = this.#condition({ op, path: inner, value: value.value });
    return { op: 'element', path, filter: { op: 'and', left: filter, right } };
  }

  #path(): AttributePath {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word') throw this.#error('an attribute name is missing');
    this.#at += 1;
    const colon = token.text.lastIndexOf(':');
    const urn = colon < 0 ? undefined : token.text.slice(0, colon);
    if (urn !== undefined && !/^urn:[\w.:-]+$/i.test(urn)) throw this.#error(`"${urn}" is not a schema URN`);
    const [attribute = '', sub, ...more] = token.text.slice(colon + 1).split('.');
    if (more.length > 0) throw this.#error(`"${token.text}" has more than one sub-attribute`);
    return { urn, attribute: this.#name(attribute), sub: sub === undefined ? undefined : this.#name(sub) };
  }

  /** ATTRNAME = ALPHA *(nameChar); `$ref` is the one name with a dollar sign. */
  #name(text: string): string {
    if (text === '$ref' || /^[A-Za-z][\w-]*$/.test(text)) return text;
    throw this.#error(`"${text}" is not an attribute name`);
  }

  #condition(filter: Filter): Filter {
    this.#conditions += 1;
    if (this.#conditions > maxConditions) throw this.#error(`more than ${maxConditions} conditions`);
    return filter;
  }

  #peekWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' && token.text.toLowerCase() === word;
  }

  #takeWord(word: string): boolean {
    const found = this.#peekWord(word);
    if (found) this.#at += 1;
    return found;
  }

  #take(kind: Token['kind']): boolean {
    const found = this.#tokens[this.#at]?.kind === kind;
    if (found) this.#at += 1;
    return found;
  }

  #expect(kind: Token['kind']): void {
    if (!this.#take(kind)) throw this.#error(`"${kind}" is missing`);
  }

  #error(detail: string) {
    const what = this.#errorType === 'invalidPath' ? 'The path' : 'The filter';
    return badRequest(this.#errorType, `${what} cannot be read: ${detail}.`);
  }
}

function isComparison(op: string): op is Comparison {
  return (comparisons as readonly string[]).includes(op);
}

function describe(token: Token): string {
  if (token.kind === 'word') return `"${token.text}"`;
  return token.kind === 'value' ? 'value' : `"${token.kind}"`;
}
