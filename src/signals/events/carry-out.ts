import type { AuditEvent } from '../../audit/index.ts';
import type { User } from '../../identity/index.ts';
import type { SessionRecord } from '../../sessions/index.ts';
import { sessionsOf } from '../people.ts';
import { type Effect, effectOf, shortName } from './kinds.ts';
import { personOf } from './person.ts';
import type { EventDeps } from './deps.ts';
import { type EventSubject, readSubject } from './subject.ts';
import type { SecurityEvent } from './token.ts';

/** Whom an event is about, and what is known of the one who sent it. */
interface About {
  readonly provider: string;
  /** Issuers whose people this provider signs in, as far as they are known. */
  readonly issuers: readonly string[];
}

/** What became of an event: the effect that its kind has, or why it had none. */
export type Outcome = {
  readonly effect: Effect | 'unknown_event' | 'nobody' | 'not_ours';
  readonly ended: number;
};

/** Carries one verified event out, and writes it down. Safe to repeat. Throws Failure `store_unavailable`. */
export async function carryOut(event: SecurityEvent, about: About, deps: EventDeps): Promise<Outcome> {
  const effect = effectOf(event);
  const subject = readSubject(event.subject);
  const user = await personOf(about.provider, about.issuers, subject.person, deps.users);
  const outcome = await apply(event, effect, { subject, user }, about, deps);
  await deps.audit.write({
    type: 'signal.received',
    at: deps.now(),
    actor: { kind: 'idp', name: about.provider },
    provider: about.provider,
    event: shortName(event.type),
    ...outcome,
    ...(user && { userId: user.id, userName: user.profile.userName }),
  });
  return outcome;
}

async function apply(
  event: SecurityEvent,
  effect: Effect | undefined,
  whom: { readonly subject: EventSubject; readonly user: User | undefined },
  about: About,
  deps: EventDeps,
): Promise<Outcome> {
  const { subject, user } = whom;
  const done = (ended = 0): Outcome => ({ effect: effect ?? 'unknown_event', ended });
  const actor = { kind: 'idp', name: about.provider } as const;
  if (effect === undefined || effect === 'none') return done();
  if (effect === 'verified' || effect === 'stream') {
    await deps.noteStream(about.provider, effect, event);
    return done();
  }
  if (user === undefined && (subject.session === undefined || subject.person.length > 0)) {
    // A device or a group of which we know nobody.
    return { effect: subject.other && subject.person.length === 0 ? 'not_ours' : 'nobody', ended: 0 };
  }
  if (effect === 'switch_off' || effect === 'switch_on') {
    if (user === undefined) return { effect: 'nobody', ended: 0 };
    await switchPerson(effect, user, about, deps);
    if (effect === 'switch_on') return done();
    // The flag is down first, so that a login in flight cannot make a session that this ending misses.
    return done(await deps.endings.endAllOf(user.id, 'idp_event', actor));
  }
  const found = await sessionsMeant(event, whom, about, deps);
  if (effect === 'end') return done(await deps.endings.endEach(found, 'idp_event', actor));
  const asked = await Promise.all(
    found.map(async (each) => ({ each, answer: await deps.recheck(each.digest) })),
  );
  const mute = asked.filter(({ answer }) => answer === 'impossible').map(({ each }) => each);
  return done(effect === 'ask' ? await deps.endings.endEach(mute, 'idp_event', actor) : 0);
}

/** The live sessions that are meant; and a login that is under way is marked, where sessions are to end. */
async function sessionsMeant(
  event: SecurityEvent,
  { subject, user }: { readonly subject: EventSubject; readonly user: User | undefined },
  { provider, issuers }: About,
  deps: EventDeps,
): Promise<readonly SessionRecord[]> {
  const sessions = sessionsOf(provider, deps);
  const ends = effectOf(event) === 'end';
  const { session } = subject;
  const own = user?.identities.filter((identity) => identity.provider === provider) ?? [];
  const found: SessionRecord[] = [];
  if (session !== undefined) {
    const at = new Set([...issuers, ...own.map(({ issuer }) => issuer)]);
    for (const issuer of at) {
      if (ends) await deps.marks.put(issuer, { kind: 'session', id: session }, event.at);
      const named = await sessions.idpSession(issuer, session);
      found.push(...named.filter(({ login }) => user === undefined || login?.userId === user.id));
    }
    return found;
  }
  for (const { issuer, subject: name } of own) {
    if (ends) await deps.marks.put(issuer, { kind: 'subject', subject: name }, event.at);
    found.push(...(await sessions.subject(issuer, name)));
  }
  return found;
}

/** Only what this provider's events said is taken back; SCIM and administrators have their own word. */
async function switchPerson(
  effect: 'switch_off' | 'switch_on',
  user: User,
  { provider }: About,
  deps: EventDeps,
): Promise<void> {
  const at = deps.now();
  const actor = { kind: 'idp', name: provider } as const;
  const by = `signals:${provider}`;
  const off = effect === 'switch_off';
  const type = off ? 'user.deactivated' : 'user.reactivated';
  const record = (after: User): AuditEvent[] => [
    { type, at, actor, provider, userId: after.id, userName: after.profile.userName },
  ];
  await deps.users.setDeactivated(user.id, off ? { at, by } : undefined, record, off ? undefined : by);
}
