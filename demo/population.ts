import { createHash } from 'node:crypto';
import type { AuditEvent } from '../src/audit/index.ts';
import type { Stores } from '../src/app.ts';
import type { RefusalReason, User } from '../src/identity/index.ts';
import type { SessionRecord } from '../src/sessions/index.ts';
import { sessionRef } from '../src/sessions/index.ts';
import { type Seeded, seeded } from './seeded.ts';

const day = 24 * 3_600_000;
const hour = 3_600_000;

const givenNames =
  'Amina Arjun Astrid Ayumi Bilal Bruna Camille Chidi Clara Daan Dariya Elif Emeka Esther Farid Femi Greta Hana Hassan Ines Ivo Jonas Kavya Keiko Lars Leila Liam Lucía Maja Malik Mateo Mei Milan Nadia Niels Nour Olu Omar Paola Petra Priya Rafael Rania Ravi Rosa Sami Sara Stefan Tariq Thandi Tomás Uma Viktor Wanda Xin Yara Yusuf Zoë Łucja Žofie'.split(
    ' ',
  );
const familyNames =
  'Abebe Andersson Bauer Becker Bianchi Castro Chen Costa Dubois Eriksen Fernández Fischer García Haddad Hansen Ivanova Jensen Kaya Khan Kim Kowalska Kumar Larsen Lefèvre Lindgren Lopez Mensah Meyer Moreau Müller Nakamura Ndlovu Nguyen Novák Nowak O’Brien Okafor Osei Papadopoulos Pereira Petrov Rahman Rossi Sato Schmidt Silva Singh Sørensen Tanaka Torres Vasile Weber Yılmaz Zhang'.split(
    ' ',
  );
const teams = [
  ['Analysts', 6],
  ['engineers', 5],
  ['Finance', 3],
  ['Marketing', 3],
  ['Research', 2],
  ['stewards', 1],
] as const;
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36',
] as const;
/** How people fail to come in, and how often out of a hundred who do. */
const refusals: readonly (readonly [RefusalReason, number])[] = [
  ['required_group', 14],
  ['email_domain', 9],
  ['idp_denied', 8],
  ['disabled_locally', 5],
  ['groups_missing', 3],
  ['not_provisioned', 2],
];

/** A believable population and what it did in two weeks. The same seed makes the same people and the same days. */
export interface PopulationOptions {
  readonly people: number;
  /** Ids of the providers they sign in with, with their issuers. */
  readonly providers: readonly { readonly id: string; readonly issuer: string }[];
  readonly seed: number;
  /** Milliseconds since the epoch: the end of the two weeks. */
  readonly now: number;
}

/** Fills empty stores: people, groups, sessions, and the audit trail of two weeks. Returns the people, by name. */
export async function populate(
  stores: Pick<Stores, 'directory' | 'sessions'>,
  options: PopulationOptions,
): Promise<readonly User[]> {
  const random = seeded(options.seed);
  const people: User[] = [];
  const taken = new Set<string>();
  while (people.length < options.people) {
    const [given, family] = [random.pick(givenNames), random.pick(familyNames)];
    const address = `${plain(given)}.${plain(family)}@acme.example`;
    if (taken.has(address)) continue;
    taken.add(address);
    people.push(await hire(stores, options, random, given, family, address));
  }
  const left = people.slice(-7).map((user, index): AuditEvent & { type: 'user.disabled' } => ({
    type: 'user.disabled',
    at: options.now - (index + 1) * day,
    actor: { kind: 'command', name: 'ops' },
    userId: user.id,
    userName: user.profile.userName,
    why: random.pick(['left the company', 'contract ended', 'account shared with others']),
  }));
  const history = [...historyOf(people.slice(0, -7), options, random), ...left];
  await stores.directory.append(history.sort((one, other) => one.at - other.at));
  await sampleSessions(stores, options, random);
  for (const user of people.slice(0, Math.ceil(people.length / 6))) {
    await stores.sessions.set(sessionOf(user, options.now, random), { fresh: true });
  }
  for (const { userId, at, why } of left) {
    if (userId !== undefined && why !== undefined) await stores.directory.setDisabled(userId, { at, why });
  }
  return people;
}

async function hire(
  { directory }: Pick<Stores, 'directory'>,
  { providers, now }: PopulationOptions,
  random: Seeded,
  givenName: string,
  familyName: string,
  address: string,
): Promise<User> {
  const { id: provider, issuer } = random.pick(providers);
  const since = now - Math.floor(random.next() * 400 + 15) * day;
  const groups = [...new Set([random.weighted(teams), random.weighted(teams)])].sort();
  const committed = await directory.commitLogin({
    kind: 'create',
    provider,
    identity: { issuer, subject: random.uuid() },
    profile: {
      userName: address,
      email: address,
      emailVerified: true,
      displayName: `${givenName} ${familyName}`,
      givenName,
      familyName,
    },
    idpRoles: [],
    memberships: { source: { kind: 'login', provider }, add: groups, remove: [] },
    now: since,
  });
  if (committed.kind === 'conflict') throw new Error(`${address} is there already`);
  const { user } = committed;
  const seen = await directory.commitLogin({
    kind: 'sync',
    provider,
    identity: user.identities[0] ?? { issuer, subject: '' },
    profile: user.profile,
    idpRoles: [],
    memberships: { source: { kind: 'login', provider }, add: [], remove: [] },
    now: now - Math.floor(random.next() ** 3 * 12 * day),
    userId: user.id,
    expectedVersion: user.version,
    changesUser: false,
  });
  return seen.kind === 'conflict' ? user : seen.user;
}

/** Sign-ins of two weeks: many in the morning of a working day, few at night, and those that came to nothing. */
function historyOf(
  people: readonly User[],
  { now, providers }: PopulationOptions,
  random: Seeded,
): AuditEvent[] {
  const events: AuditEvent[] = [];
  for (let at = now - 14 * day; at < now - hour; at += hour) {
    const busy = Math.round(people.length * activity(at) * (0.7 + random.next() * 0.6));
    for (let count = 0; count < busy; count += 1) {
      const user = random.pick(people);
      const provider = user.identities[0]?.provider ?? '';
      const base = {
        at: at + Math.floor(random.next() * hour),
        provider,
        reference: random.reference(),
        address: `203.0.${random.below(4)}.${random.below(250)}`,
      };
      const luck = random.below(1000);
      if (luck < 955) {
        events.push({
          ...base,
          type: 'login',
          actor: { kind: 'person', name: user.id },
          userId: user.id,
          userName: user.profile.userName,
          sessionRef: sessionRef(digest(random)),
          created: false,
        });
      } else if (luck < 985) {
        events.push({
          ...base,
          type: 'login.refused',
          actor: { kind: 'person' },
          userName: user.profile.userName,
          reason: random.weighted(refusals),
        });
      } else {
        events.push({
          ...base,
          type: 'login.failed',
          actor: { kind: 'person' },
          provider: random.pick(providers).id,
          code: random.pick(['idp_unavailable', 'login_state_unknown', 'login_rejected'] as const),
        });
      }
    }
  }
  return events;
}

/** Which share of all people signs in during this hour of the week. */
function activity(at: number): number {
  const time = new Date(at);
  const weekend = time.getUTCDay() === 0 || time.getUTCDay() === 6;
  const morning = Math.exp(-((time.getUTCHours() - 8.5) ** 2) / 3);
  const noon = Math.exp(-((time.getUTCHours() - 13.5) ** 2) / 6);
  return (0.16 * morning + 0.07 * noon + 0.002) * (weekend ? 0.08 : 1);
}

async function sampleSessions(
  { directory }: Pick<Stores, 'directory'>,
  { now, people }: PopulationOptions,
  random: Seeded,
): Promise<void> {
  let live = 0;
  for (let at = Math.floor((now - 14 * day) / hour) * hour; at < now; at += hour / 2) {
    live = Math.max(2, live * 0.9 + people * activity(at) * (0.8 + random.next() * 0.4));
    await directory.addSample({ name: 'sessions', at, value: Math.round(live) }, 400 * day);
  }
}

function sessionOf(user: User, now: number, random: Seeded): { record: SessionRecord; data: string } {
  const [identity] = user.identities;
  const since = now - Math.floor(random.next() * 7 * hour);
  const record: SessionRecord = {
    digest: digest(random),
    login: {
      userId: user.id,
      provider: identity?.provider ?? '',
      issuer: identity?.issuer ?? '',
      subject: identity?.subject ?? '',
      authenticatedAt: since,
      amr: ['mfa'],
      idp: {},
      userAgent: random.pick(agents),
      address: `203.0.${random.below(4)}.${random.below(250)}`,
    },
    createdAt: since,
    lastSeenAt: Math.min(now, since + Math.floor(random.next() * 2 * hour)),
    idleExpiresAt: now + 8 * hour,
    absoluteExpiresAt: now + 16 * hour,
  };
  return { record, data: '{}' };
}

function digest(random: Seeded): string {
  return createHash('sha256').update(random.uuid()).digest('base64url');
}

/** A name as addresses have it: plain letters. */
function plain(name: string): string {
  return name
    .replaceAll('Ł', 'L')
    .replaceAll('ø', 'o')
    .replaceAll('ı', 'i')
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();
}
