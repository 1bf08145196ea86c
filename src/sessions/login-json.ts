import type { IdpSession, NameId } from '../identity/index.ts';
import type { SessionLogin } from './types.ts';

/**
 * Reads a stored login. Throws a plain Error on anything that is not exactly what was written: the caller treats the
 * session as signed out.
 */
export function parseLogin(json: string): SessionLogin {
  const from = fields(JSON.parse(json), 'login');
  return {
    userId: text(from, 'userId'),
    provider: text(from, 'provider'),
    issuer: text(from, 'issuer'),
    subject: text(from, 'subject'),
    authenticatedAt: time(from, 'authenticatedAt'),
    ...(from['authTimeStated'] === true && { authTimeStated: true }),
    ...optional(from, 'acr', text),
    amr: texts(from, 'amr'),
    idp: parseIdp(from['idp']),
    ...optional(from, 'userAgent', text),
    ...optional(from, 'address', text),
  };
}

/** The object that express-session's data must be. Throws a plain Error on anything else. */
export function parseData(json: string): Record<string, unknown> {
  return fields(JSON.parse(json), 'data');
}

function parseIdp(value: unknown): IdpSession {
  const from = fields(value, 'idp');
  return {
    ...optional(from, 'sid', text),
    ...optional(from, 'sessionIndex', text),
    ...optional(from, 'nameId', parseNameId),
    ...optional(from, 'idToken', text),
    ...optional(from, 'refreshToken', text),
    ...optional(from, 'checkedAt', time),
    ...optional(from, 'expiresAt', time),
  };
}

function parseNameId(holder: Record<string, unknown>, key: string): NameId {
  const from = fields(holder[key], key);
  return {
    value: text(from, 'value'),
    ...optional(from, 'format', text),
    ...optional(from, 'nameQualifier', text),
    ...optional(from, 'spNameQualifier', text),
  };
}

function optional<K extends string, V>(
  from: Record<string, unknown>,
  key: K,
  read: (from: Record<string, unknown>, key: string) => V,
): { [key in K]?: V } {
  return from[key] === undefined ? {} : ({ [key]: read(from, key) } as { [key in K]: V });
}

function fields(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is not an object`);
  return value as Record<string, unknown>;
}

function text(from: Record<string, unknown>, key: string): string {
  const value = from[key];
  if (typeof value !== 'string') throw new Error(`${key} is not a string`);
  return value;
}

function time(from: Record<string, unknown>, key: string): number {
  const value = from[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${key} is not a time`);
  return value;
}

function texts(from: Record<string, unknown>, key: string): string[] {
  const value = from[key];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new Error(`${key} is not a list of strings`);
  return value;
}
