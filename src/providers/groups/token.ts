import type { Api } from './api.ts';
import { field } from './pages.ts';
import { LookupFailed } from './lookup-failed.ts';

/** Access tokens of ours, kept until shortly before they end. */
export interface TokenCache {
  /** The token for a key; `request` is the form to send where none is held. */
  get(key: string, api: Api, request: () => TokenRequest | Promise<TokenRequest>): Promise<string>;
  /** Forgets it: the API did not accept it. */
  drop(key: string): void;
}

export interface TokenRequest {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
}

/** A token is renewed so long before it ends, milliseconds. */
const early = 60_000;

/** @param kind prefix of the labels of failures */
export function createTokenCache(kind: string, now: () => number): TokenCache {
  const held = new Map<string, { readonly token: string; readonly until: number }>();
  const load = async (key: string, api: Api, request: TokenRequest): Promise<string> => {
    const asked = now();
    const { body } = await api
      .ask(request.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(request.form).toString(),
      })
      .catch((error: unknown) => {
        // The label says which of the two did not answer.
        throw error instanceof LookupFailed
          ? new LookupFailed(error.detail.replace(`${kind}.`, `${kind}.token_`), error)
          : error;
      });
    const token = field(body, 'access_token');
    const lifetime = Number(field(body, 'expires_in') ?? 0);
    if (typeof token !== 'string' || !/^[\x21-\x7e]{1,16000}$/.test(token))
      throw new LookupFailed(`${kind}.token_garbage`);
    if (Number.isFinite(lifetime)) held.set(key, { token, until: asked + lifetime * 1000 - early });
    return token;
  };
  return {
    async get(key, api, request) {
      const known = held.get(key);
      if (known !== undefined && now() < known.until) return known.token;
      return load(key, api, await request());
    },
    drop(key) {
      held.delete(key);
    },
  };
}
