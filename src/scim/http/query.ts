import { badRequest } from '../error.ts';
import type { Projection } from '../project.ts';
import { isObject } from '../resource.ts';
import type { ListRequest } from '../service/list.ts';

const defaultCount = 100;

/**
 * The query of a URL. `+` is a space (as forms write it) unless spaces are written `%20` in the same value: clients
 * that encode spaces so leave the plus of `ann+test@acme.example` as it is.
 */
export function readQuery(search: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const pair of search.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    const plain = value.includes('%20') ? value : value.replaceAll('+', ' ');
    query.set(decode(name).toLowerCase(), decode(plain));
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest('invalidSyntax', 'The query of the URL is not percent-encoded rightly.');
  }
}

/** What a list is asked for by a query (RFC 7644, section 3.4.2). */
export function listRequest(query: ReadonlyMap<string, string>): ListRequest {
  return {
    filter: query.get('filter'),
    startIndex: wholeNumber(query.get('startindex'), 'startIndex', 1),
    count: wholeNumber(query.get('count'), 'count', defaultCount),
    sortBy: query.get('sortby'),
    sortOrder: query.get('sortorder'),
    projection: projectionOf(query.get('attributes'), query.get('excludedattributes')),
  };
}

/** The same from the body of `.search` (RFC 7644, section 3.4.3). */
export function searchRequest(body: unknown): ListRequest {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const text = (name: string) => {
    const value = body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw badRequest('invalidValue', `"${name}" must be a string.`);
    return value;
  };
  const number = (name: string, other: number) => {
    const value = body[name];
    if (value === undefined || value === null) return other;
    if (typeof value !== 'number' || !Number.isInteger(value))
      throw badRequest('invalidValue', `"${name}" must be a whole number.`);
    return value;
  };
  const names = (name: string) => {
    const value = body[name];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string').join(',') : text(name);
  };
  return {
    filter: text('filter'),
    startIndex: number('startIndex', 1),
    count: number('count', defaultCount),
    sortBy: text('sortBy'),
    sortOrder: text('sortOrder'),
    projection: projectionOf(names('attributes'), names('excludedAttributes')),
  };
}

/** `attributes` beats `excludedAttributes`: a client may send one of them only (RFC 7644, section 3.9). */
export function projectionOf(attributes: string | undefined, excluded: string | undefined): Projection {
  return { only: names(attributes), without: names(attributes) ? undefined : names(excluded) };
}

function names(text: string | undefined): readonly string[] | undefined {
  const list = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .slice(0, 200);
  return list.length === 0 ? undefined : list;
}

function wholeNumber(text: string | undefined, name: string, other: number): number {
  if (text === undefined || text.trim() === '') return other;
  if (!/^[+-]?\d{1,15}$/.test(text.trim()))
    throw badRequest('invalidValue', `"${name}" must be a whole number.`);
  return Number(text);
}
