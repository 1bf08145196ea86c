import { Failure } from '../../identity/index.ts';
import type { Provider, ProviderTokens } from '../../providers/index.ts';
import type { EndedMarks } from '../ended-marks.ts';
import { sessionsOf } from '../people.ts';
import { uniqueFields } from '../request-parameters.ts';
import type { SignalsDeps } from '../types.ts';

/**
 * Front-channel logout (OpenID Connect Front-Channel Logout 1.0, section 3): a page of the provider loads our address in a
 * frame. Nobody signs this, and no cookie need come with it: who knows the provider's name of the session may end it, and
 * nothing else. Both `iss` and `sid` are required.
 *
 * @param query as received, without its question mark
 * @returns how many sessions ended
 * @throws Failure `bad_request`, `login_rejected`, `store_unavailable`
 */
export async function frontChannelLogout(
  query: string,
  provider: Provider & { readonly tokens: ProviderTokens },
  deps: Pick<SignalsDeps, 'sessions' | 'users' | 'endings' | 'now'> & { marks: EndedMarks },
): Promise<number> {
  const fields = uniqueFields(new URLSearchParams(query), 'signals.front_channel.repeated');
  const [issuer, sid] = [fields.get('iss') ?? '', fields.get('sid') ?? ''];
  if (issuer === '' || sid === '' || sid.length > 1_000) {
    throw new Failure('bad_request', { detail: 'signals.front_channel.missing' });
  }
  if (!provider.tokens.isIssuer(issuer)) {
    throw new Failure('login_rejected', { detail: 'signals.front_channel.iss' });
  }
  await deps.marks.put(issuer, { kind: 'session', id: sid }, deps.now());
  const found = await sessionsOf(provider.id, deps).idpSession(issuer, sid);
  return deps.endings.endEach(found, 'idp_logout', { kind: 'idp', name: provider.id });
}

/** Origins whose pages may hold our answer in a frame: the provider's own. */
export async function framers(
  issuer: string,
  provider: Pick<Provider, 'signOutOrigins'>,
): Promise<readonly string[]> {
  return [...new Set([new URL(issuer).origin, ...((await provider.signOutOrigins?.()) ?? [])])];
}
