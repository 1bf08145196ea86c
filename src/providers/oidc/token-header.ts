import type { TokenHeader } from './key-set.ts';

/** The header of a JWT, not verified; undefined when it has none. */
export function readTokenHeader(
  jwt: string,
): (TokenHeader & { readonly alg: string | undefined; readonly typ: unknown }) | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(jwt.slice(0, jwt.indexOf('.')), 'base64url').toString());
    if (typeof header !== 'object' || header === null) return undefined;
    const text = (name: string): string | undefined => {
      const value = (header as Readonly<Record<string, unknown>>)[name];
      return typeof value === 'string' ? value : undefined;
    };
    return { kid: text('kid'), alg: text('alg'), typ: 'typ' in header ? header.typ : undefined };
  } catch {
    return undefined;
  }
}

/** The header of the JWT that an answer brings: the ID token of a token response, or a signed userinfo response. */
export async function jwtHeaderIn(response: Response): Promise<TokenHeader | undefined> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim();
  const text = await response.text();
  if (type === 'application/jwt') return readTokenHeader(text);
  // A large answer is parsed by openid-client anyway; not twice for nothing.
  if (!text.includes('"id_token"')) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    const token = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : undefined;
    return typeof token === 'string' ? readTokenHeader(token) : undefined;
  } catch {
    return undefined;
  }
}
