import { Failure } from '../../identity/index.ts';
import { rejected } from './rejected.ts';

/** Longest query that is looked at, in characters. */
export const maxQuery = 8_192;

/**
 * The parameters of an authorization response (RFC 6749, section 4.1.2), read from the raw request target: no framework's
 * idea of arrays and objects comes between. None may occur twice (section 3.1).
 *
 * @throws Failure `login_rejected`, or `login_state_unknown` when there is no `state` to know the login by
 */
export function readCallback(requestTarget: string): {
  readonly state: string;
  readonly query: URLSearchParams;
} {
  const at = requestTarget.indexOf('?');
  const text = at === -1 ? '' : requestTarget.slice(at + 1);
  if (text.length > maxQuery) throw rejected('callback_too_long');
  const query = new URLSearchParams(text);
  const names = [...query.keys()];
  if (new Set(names).size !== names.length) throw rejected('callback_duplicate');
  const state = query.get('state');
  if (state === null) throw new Failure('login_state_unknown', { detail: 'oidc.no_state' });
  return { state, query };
}
