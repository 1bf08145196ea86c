import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../src/audit/index.ts';
import type { Fleet, Verdict } from './fleet.ts';
import { createHistory, type History, type Truth } from './history.ts';

/** Who makes the changes. */
export const actor: Actor = { kind: 'command', name: 'test' };

/** One person with one session at a time, and what is true of them. */
export interface Person {
  readonly userId: string;
  cookie: string;
  history: History;
}

/** What is true of somebody in these groups. */
export const truthOf = (groups: readonly string[], admitted = true): Truth => ({
  admitted,
  groups: groups.toSorted(),
  role: groups.includes('stewards') ? 'editor' : 'guest',
});

/** Every load that was started and not stopped: that of a test which failed. */
const loads = new Set<() => Promise<void>>();

/** For afterEach. */
export async function stopLoads(): Promise<void> {
  await Promise.all([...loads].map((stop) => stop()));
}

/** Requests without end, at every gateway, for every person; `wrong` gathers answers that were not true at any moment. */
export function load(fleet: Fleet, people: readonly Person[]) {
  const wrong: string[] = [];
  const seen: Record<number, number> = {};
  let slowest = 0;
  const over = new AbortController();

  async function once(gateway: Fleet['gateways'][number], person: Person): Promise<Verdict> {
    const isRight = person.history.asking();
    const verdict = await gateway.verify(person.cookie);
    seen[verdict.status] = (seen[verdict.status] ?? 0) + 1;
    slowest = Math.max(slowest, verdict.took);
    if (!isRight(verdict)) wrong.push(`${gateway.port}: ${JSON.stringify(verdict)}`);
    return verdict;
  }

  const loops = fleet.gateways.flatMap((gateway) =>
    [0, 1].map(async (offset) => {
      for (let turn = offset; !over.signal.aborted; turn += 1) {
        const person = people[turn % people.length];
        if (person) await once(gateway, person);
        await sleep(1);
      }
    }),
  );
  const stop = async () => {
    over.abort();
    loads.delete(stop);
    await Promise.all(loops);
  };
  loads.add(stop);
  return {
    wrong,
    seen,
    get slowest() {
      return slowest;
    },
    /** The very next request after something was acknowledged, at every gateway. */
    everywhere: (person: Person) => Promise.all(fleet.gateways.map((gateway) => once(gateway, person))),
    stop,
  };
}

/** A user with a session. */
export async function newPerson(fleet: Fleet): Promise<Person> {
  const user = await fleet.createUser(['readers']);
  const { cookie } = await fleet.signIn(user.id);
  return { userId: user.id, cookie, history: createHistory(truthOf(['readers'])) };
}

/** A new session, whose history begins now. */
export async function signInAgain(fleet: Fleet, person: Person): Promise<void> {
  const { cookie } = await fleet.signIn(person.userId);
  const groups = person.history.now().groups;
  person.cookie = cookie;
  person.history = createHistory(truthOf(groups));
}

/** The changes an administrator makes, one after the other; every one of them shows at once. */
export const changes: readonly ((fleet: Fleet, person: Person) => Promise<void>)[] = [
  ({ stores: { people } }, { userId, history }) =>
    history.change(truthOf(['readers', 'engineers']), () => people.addToGroup(userId, 'engineers', actor)),
  ({ stores: { people } }, { userId, history }) =>
    history.change(truthOf(['readers', 'engineers', 'stewards']), () =>
      people.addToGroup(userId, 'stewards', actor),
    ),
  ({ stores: { people } }, { userId, history }) =>
    history.change(truthOf(['readers', 'stewards']), () =>
      people.removeFromGroup(userId, 'engineers', actor),
    ),
  ({ stores: { endings } }, { userId, history }) =>
    history.change(truthOf(['readers', 'stewards'], false), () => endings.endAllOf(userId, 'revoked', actor)),
  (fleet, person) => signInAgain(fleet, person),
  ({ stores: { people } }, { userId, history }) =>
    history.change(truthOf(['readers']), () => people.removeFromGroup(userId, 'stewards', actor)),
  ({ stores: { directory } }, { userId, history }) =>
    history.change(truthOf(['readers'], false), () => directory.setDisabled(userId, { at: Date.now() })),
  ({ stores: { people } }, { userId, history }) =>
    history.change(truthOf(['readers']), () => people.enable(userId, actor)),
  ({ stores: { people } }, { userId, history }) =>
    history.change(truthOf(['readers'], false), () => people.disable(userId, actor)),
  async (fleet, person) => {
    await fleet.stores.people.enable(person.userId, actor);
    await signInAgain(fleet, person);
  },
];

/** Every gateway answers from memory again, without a restart. */
export async function trustedAgain(fleet: Fleet, person: Person): Promise<void> {
  for (const gateway of fleet.gateways) {
    for (let attempt = 0; ; attempt += 1) {
      const before = await gateway.metric('doorward_verify_asked_total');
      const { status } = await gateway.verify(person.cookie);
      const after = await gateway.metric('doorward_verify_asked_total');
      if (status === 202 && before === after) break;
      if (attempt === 200) throw new Error(`${gateway.port} asks the stores for ever`);
      await sleep(50);
    }
  }
}
