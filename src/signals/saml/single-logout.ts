import { Failure, type NameId } from '../../identity/index.ts';
import type {
  Provider,
  ProviderLogouts,
  ReceivedLogoutRequest,
  SignOut,
  SloInput,
} from '../../providers/index.ts';
import type { SessionRecord } from '../../sessions/index.ts';
import type { Ended, EndedMarks } from '../ended-marks.ts';
import { claim } from '../once.ts';
import { sessionsOf } from '../people.ts';
import type { SignalsDeps } from '../types.ts';

/** What a message at the single logout address leads to. */
export type SloOutcome =
  /** Sessions ended (or there were none): the browser carries our answer back. */
  | {
      readonly kind: 'answered';
      readonly ended: number;
      /** Undefined when the identity provider has no place for it, or cannot be asked for it: the sessions ended anyway. */
      readonly answer: SignOut | undefined;
    }
  /** The identity provider has answered a request of ours. */
  | { readonly kind: 'finished'; readonly complete: boolean };

/**
 * SAML single logout that begins or ends at the identity provider. A request again, also at once and to another process,
 * ends nothing.
 *
 * @throws Failure `login_rejected`, `replayed`, `idp_unavailable`, `store_unavailable`; no session has ended then
 */
export async function singleLogout(
  input: SloInput,
  provider: Provider & { readonly logouts: ProviderLogouts },
  deps: Pick<SignalsDeps, 'sessions' | 'users' | 'endings' | 'transient' | 'now' | 'log'> & {
    marks: EndedMarks;
  },
): Promise<SloOutcome> {
  const { transient, endings, now, log, marks } = deps;
  const message = await provider.logouts.receive(input);
  if (message.kind === 'response') return { kind: 'finished', complete: message.complete };
  const once = await claim(transient, 'saml-logout', JSON.stringify([provider.id, message.id]));
  if (typeof once === 'string') throw new Failure('replayed', { detail: 'signals.saml_logout.id' });
  let ended: number;
  try {
    for (const name of namesOf(message)) await marks.put(message.issuer, name, message.issuedAt);
    const found = await sessionsOf(provider.id, deps).nameId(message.issuer, message.nameId.value);
    const meant = found.filter((session) => isMeant(session, message));
    ended = await endings.endEach(meant, 'idp_logout', { kind: 'idp', name: provider.id });
    await once.spend(message.usableUntil - now() + 60_000);
  } catch (error) {
    await once.release().catch(() => undefined);
    throw error;
  }
  const answer = await provider.logouts.respond(message).catch((error: unknown) => {
    log.warn({ provider: provider.id, err: error }, 'a LogoutRequest could not be answered');
    return undefined;
  });
  return { kind: 'answered', ended, answer };
}

function namesOf({ nameId, sessionIndexes }: ReceivedLogoutRequest): readonly Ended[] {
  if (sessionIndexes.length === 0) return [{ kind: 'nameId', nameId: nameId.value }];
  return sessionIndexes.map((id) => ({ kind: 'session', id }));
}

/**
 * Is it about this session (saml-core 3.7.3.2)? The same name, and one of the indexes where any are named. A session whose
 * index nobody told us cannot be told apart from the others of that person: it ends with them.
 */
function isMeant({ login }: SessionRecord, { nameId, sessionIndexes }: ReceivedLogoutRequest): boolean {
  if (login?.idp.nameId === undefined || !isSameName(login.idp.nameId, nameId)) return false;
  const { sessionIndex } = login.idp;
  return sessionIndexes.length === 0 || sessionIndex === undefined || sessionIndexes.includes(sessionIndex);
}

const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';

/** Equal where both say something: identity providers leave formats and qualifiers out of requests (saml-core 3.3.4). */
function isSameName(known: NameId, asked: NameId): boolean {
  const agree = (one: string | undefined, other: string | undefined): boolean =>
    one === undefined || other === undefined || one === other;
  const format = ({ format: value }: NameId): string | undefined =>
    value === unspecified ? undefined : value;
  return (
    known.value === asked.value &&
    agree(format(known), format(asked)) &&
    agree(known.nameQualifier, asked.nameQualifier) &&
    agree(known.spNameQualifier, asked.spNameQualifier)
  );
}
