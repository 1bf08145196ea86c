import { Failure } from '../../identity/index.ts';
import type { Provider, ProviderTokens } from '../../providers/index.ts';
import type { SessionRecord } from '../../sessions/index.ts';
import type { EndedMarks } from '../ended-marks.ts';
import { claim } from '../once.ts';
import { sessionsOf } from '../people.ts';
import type { SignalsDeps } from '../types.ts';
import { type LogoutToken, readLogoutToken } from './logout-token.ts';

/**
 * Back-channel logout (OpenID Connect Back-Channel Logout 1.0): carries one logout token out; how many sessions ended.
 * The same token again, also at once and to another process, ends nothing.
 *
 * @throws Failure `login_rejected`, `replayed`, `idp_unavailable` (no keys to be had), `store_unavailable`
 */
export async function backChannelLogout(
  jwt: string,
  provider: Provider & { readonly tokens: ProviderTokens },
  deps: Pick<SignalsDeps, 'sessions' | 'users' | 'endings' | 'transient' | 'now'> & { marks: EndedMarks },
): Promise<number> {
  const { tokens } = provider;
  const { now, marks, endings } = deps;
  const signed = await tokens.verify(jwt);
  const token = readLogoutToken(signed, { now: now(), tolerance: tokens.tolerance });
  const subject = tokens.subjectOf(signed.claims);
  // A person whom this token does not name in the way that logins do is nobody that we could find.
  if (token.sid === undefined && subject === undefined) {
    throw new Failure('login_rejected', { detail: 'signals.logout_token.subject' });
  }
  const issuer = String(signed.claims['iss']);
  const once = await claim(deps.transient, 'logout-token', JSON.stringify([provider.id, token.jti]));
  if (typeof once === 'string') throw new Failure('replayed', { detail: 'signals.logout_token.jti' });
  try {
    await mark(marks, issuer, token, subject);
    const found = await find(issuer, token, subject, sessionsOf(provider.id, deps));
    const ended = await endings.endEach(found, 'idp_logout', { kind: 'idp', name: provider.id });
    await once.spend(token.usableUntil - now() + 60_000);
    return ended;
  } catch (error) {
    await once.release().catch(() => undefined);
    throw error;
  }
}

function mark(
  marks: EndedMarks,
  issuer: string,
  { sid, issuedAt }: LogoutToken,
  subject: string | undefined,
): Promise<void> {
  return marks.put(
    issuer,
    sid === undefined ? { kind: 'subject', subject: subject ?? '' } : { kind: 'session', id: sid },
    issuedAt,
  );
}

/** By `sid` where there is one: then `sub` only says once more whose session that is. */
async function find(
  issuer: string,
  { sid }: LogoutToken,
  subject: string | undefined,
  sessions: ReturnType<typeof sessionsOf>,
): Promise<readonly SessionRecord[]> {
  if (sid === undefined) return sessions.subject(issuer, subject ?? '');
  const found = await sessions.idpSession(issuer, sid);
  return subject === undefined ? found : found.filter(({ login }) => login?.subject === subject);
}
