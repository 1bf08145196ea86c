import type { ScimTokenStore } from '../../directory/index.ts';
import type { ScimProvider } from '../types.ts';
import { idIn, isSecret, newSecret } from './secret.ts';

/** How long an access token holds, milliseconds. */
const lifetime = 60 * 60_000;

/** An answer of the token endpoint (RFC 6749, sections 5.1 and 5.2). */
export interface TokenAnswer {
  readonly status: 200 | 400 | 401;
  readonly body: object;
  readonly challenge?: string;
  /** Set when a token was issued or refused for a known provider. */
  readonly provider?: string;
  readonly refused?: string;
}

/** Client credentials for an access token (RFC 6749, section 4.4), by `client_secret_basic` or `client_secret_post`. */
export function createTokenEndpoint(deps: {
  readonly tokens: Pick<ScimTokenStore, 'find' | 'add' | 'prune'>;
  readonly providers: ReadonlyMap<string, ScimProvider>;
  readonly now: () => number;
  readonly random: (size: number) => Buffer;
}): (authorization: string | undefined, form: URLSearchParams) => Promise<TokenAnswer> {
  const { tokens, providers, now, random } = deps;

  return async (authorization, form) => {
    const credentials = readCredentials(authorization, form);
    if (credentials === 'two_ways')
      return refusal(400, 'invalid_request', 'The client proves itself in two ways.');
    if (form.getAll('grant_type').length > 1)
      return refusal(400, 'invalid_request', 'grant_type is given twice.');
    if (!credentials)
      return refusal(401, 'invalid_client', 'The client id or secret is missing.', authorization);
    const found = await tokens.find(credentials.id);
    const { token } = found ?? {};
    const isRight = isSecret(credentials.secret, token?.kind === 'client' ? token.digest : undefined);
    const at = now();
    const isOver =
      token && (token.revokedAt !== undefined || (token.expiresAt !== undefined && token.expiresAt <= at));
    if (!token || !isRight || idIn(credentials.secret) !== credentials.id)
      return refusal(401, 'invalid_client', 'The client id or secret is not valid.', authorization);
    if (isOver || !providers.has(token.provider))
      return {
        ...refusal(401, 'invalid_client', 'The client was revoked or has expired.', authorization),
        provider: token.provider,
      };
    const grant = form.get('grant_type');
    if (grant !== 'client_credentials')
      return {
        ...(grant === null
          ? refusal(400, 'invalid_request', 'grant_type is missing.')
          : refusal(400, 'unsupported_grant_type', 'Only client_credentials is supported.')),
        provider: token.provider,
      };
    const { id, secret, digest } = newSecret(random);
    const expiresAt = Math.min(at + lifetime, token.expiresAt ?? Number.POSITIVE_INFINITY);
    await tokens.prune(at - lifetime);
    await tokens.add({
      id,
      provider: token.provider,
      kind: 'access',
      name: token.name,
      digest,
      clientId: token.id,
      createdAt: at,
      expiresAt,
      lastUsedAt: undefined,
      revokedAt: undefined,
    });
    return {
      status: 200,
      body: {
        access_token: secret,
        token_type: 'Bearer',
        expires_in: Math.floor((expiresAt - at) / 1_000),
      },
      provider: token.provider,
    };
  };
}

function readCredentials(
  authorization: string | undefined,
  form: URLSearchParams,
): { id: string; secret: string } | 'two_ways' | undefined {
  const posted = form.get('client_secret');
  if (authorization === undefined) {
    const id = form.get('client_id');
    return id !== null && posted !== null ? { id, secret: posted } : undefined;
  }
  if (posted !== null) return 'two_ways';
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const at = pair.indexOf(':');
  if (at < 0) return undefined;
  // Both parts are form-encoded first (RFC 6749, section 2.3.1); ours have no character that this would change.
  return { id: pair.slice(0, at), secret: pair.slice(at + 1) };
}

function refusal(status: 400 | 401, error: string, description: string, authorization?: string): TokenAnswer {
  return {
    status,
    body: { error, error_description: description },
    refused: description,
    ...(status === 401 && authorization !== undefined && { challenge: 'Basic realm="scim"' }),
  };
}
