import { badRequest, type ScimType } from '../error.ts';

export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: '(' | ')' | '[' | ']' };

/** No client writes longer ones; a limit keeps the work bounded. */
const maxLength = 20_000;

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Splits a filter or a path into tokens. Strings are JSON strings (RFC 7644, section 3.4.2.2), read by the JSON parser.
 * @throws ScimError 400 of the given type
 */
export function tokenize(text: string, errorType: ScimType): Token[] {
  if (text.length > maxLength) throw badRequest(errorType, `longer than ${maxLength} characters`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (isSpace(character)) at += 1;
    else if (character === '(' || character === ')' || character === '[' || character === ']') {
      tokens.push({ kind: character });
      at += 1;
    } else if (character === '"') {
      const end = endOfString(text, at, errorType);
      tokens.push({ kind: 'value', value: readString(text.slice(at, end), errorType) });
      at = end;
    } else {
      const end = endOfWord(text, at);
      tokens.push(wordOrLiteral(text.slice(at, end)));
      at = end;
    }
  }
  return tokens;
}

/** The grammar has spaces only; a filter that was broken into lines means the same. */
function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

function endOfString(text: string, start: number, errorType: ScimType): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === '"') return at + 1;
  }
  throw badRequest(errorType, 'a quoted value has no closing quote');
}

function readString(json: string, errorType: ScimType): string {
  try {
    return String(JSON.parse(json));
  } catch {
    throw badRequest(errorType, 'a quoted value is not a JSON string');
  }
}

function endOfWord(text: string, start: number): number {
  let end = start;
  while (end < text.length && !' \t\r\n()[]"'.includes(text.charAt(end))) end += 1;
  return end;
}

function wordOrLiteral(text: string): Token {
  if (number.test(text)) return { kind: 'value', value: Number(text) };
  switch (text) {
    case 'true':
      return { kind: 'value', value: true };
    case 'false':
      return { kind: 'value', value: false };
    case 'null':
      return { kind: 'value', value: null };
    default:
      return { kind: 'word', text };
  }
}
