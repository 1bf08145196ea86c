import { setTimeout as sleep } from 'node:timers/promises';
import { actor, newPerson, type Person, signInAgain, truthOf } from '../support/change-load.ts';
import type { Fleet, Gateway } from '../support/fleet.ts';
import { signInByBrowser, type SignInOutcome } from '../support/sign-in.ts';
import { createJournal, type Journal } from './journal.ts';
import { scimClient } from './scim-client.ts';

/** One answer of one gateway to one signed-in person. */
interface Sample {
  readonly at: number;
  readonly gateway: number;
  readonly status: number;
  readonly took: number;
}

/** What one scenario came to, as docs/reliability.md tells it. */
export interface Outcome {
  readonly statuses: Readonly<Record<string, number>>;
  /** The longest time, in milliseconds, that one gateway did not let a signed-in person in. */
  readonly longestGap: number;
  readonly slowest: number;
  /** Milliseconds from the end of the fault until every gateway let everybody in again, without a restart. */
  readonly recovery: number;
  readonly wrong: readonly string[];
  readonly lost: readonly string[];
  readonly acknowledged: number;
  readonly failedWrites: number;
  readonly signIns: readonly SignInOutcome[];
  /** Milliseconds from the end of the fault until a sign-in begun since then had gone well; undefined without sign-ins. */
  readonly signInsAfter: number | undefined;
}

/** What a scenario does its fault on. */
export interface Stage {
  readonly fleet: Fleet;
  readonly journal: Journal;
  /** Lets load run for so long. */
  steady(milliseconds: number): Promise<void>;
  /** From here the fault holds. */
  fault(begin: () => Promise<unknown> | unknown): Promise<void>;
  /** From here it is over; waits until everybody is let in and signing in works again. */
  over(heal: () => Promise<unknown> | unknown): Promise<void>;
}

export interface StageOptions {
  /** Gateways that are not asked, because they are the fault. */
  readonly without?: readonly number[];
  /** Sign-ins over this provider run beside everything else. */
  readonly provider?: string;
  /** Bearer token of a SCIM client. */
  readonly scimToken?: string;
  /** Milliseconds between two requests to one gateway; 8. */
  readonly pace?: number;
  /** Refusals that are the fault itself and not wrong, such as those of a gateway that lives in another year. */
  readonly excuse?: (gateway: number, status: number) => boolean;
  /** Told what happens, for whoever watches. */
  readonly tell?: (text: string) => void;
}

const people = 12;
/** Recovered: so long without an answer that is not right and not an admission. */
const calm = 1_500;
const recoveryLimit = 30_000;

/** Load, writers and sign-ins on a fleet, and what is measured of them. */
export async function onStage(
  fleet: Fleet,
  options: StageOptions,
  play: (stage: Stage) => Promise<void>,
): Promise<Outcome> {
  const journal = createJournal();
  const samples: Sample[] = [];
  const wrong: string[] = [];
  const signIns: (SignInOutcome & { readonly began: number })[] = [];
  const over = new AbortController();
  const crowd = await Promise.all(Array.from({ length: people }, () => newPerson(fleet)));
  const scim = options.scimToken === undefined ? undefined : scimClient(options.scimToken);
  const tell = options.tell ?? (() => {});
  let faultAt = Number.POSITIVE_INFINITY;
  let recovery = 0;
  let slowest = 0;
  let signInsAfter: number | undefined;

  async function readers(index: number, gateway: Gateway): Promise<void> {
    for (let turn = index; !over.signal.aborted; turn += 1) {
      const person = crowd[turn % people];
      if (person) await sample(index, gateway, person);
      await sleep(options.pace ?? 8);
    }
  }

  async function sample(index: number, gateway: Gateway, person: Person): Promise<void> {
    const at = performance.now();
    const isRight = person.history.asking();
    const truth = person.history.now();
    const verdict = await gateway.verify(person.cookie);
    slowest = Math.max(slowest, verdict.took);
    if (!isRight(verdict) && !(verdict.status !== 202 && options.excuse?.(index, verdict.status)))
      wrong.push(`gateway ${index}: ${JSON.stringify(verdict)} instead of ${JSON.stringify(truth)}`);
    if (truth.admitted && !person.history.uncertain)
      samples.push({ at, gateway: index, status: verdict.status, took: verdict.took });
  }

  /** The first third of the crowd changes all the time; a change that fails leaves both truths possible. */
  async function changers(): Promise<void> {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      const person = crowd[turn % Math.floor(people / 3)];
      if (!person) continue;
      const { people: administrators, endings } = fleet.stores;
      if (turn % 7 === 6 && !person.history.uncertain) {
        const ended = truthOf(person.history.now().groups, false);
        const isDisabled = turn % 14 === 13;
        const end = () =>
          isDisabled
            ? administrators.disable(person.userId, actor)
            : endings.endAllOf(person.userId, 'revoked', actor);
        await person.history.change(ended, end).catch(() => undefined);
        // For a while everybody is to be refused who asks.
        if (isDisabled) await sleep(50);
        // An ending that failed may come true late: only a new session is certain.
        while (!over.signal.aborted && !(await comesBack(person, isDisabled))) await sleep(100);
        continue;
      }
      const groups = person.history.now().groups.includes('changing') ? ['readers'] : ['changing', 'readers'];
      await person.history
        .change(truthOf(groups), () =>
          groups.length > 1
            ? administrators.addToGroup(person.userId, 'changing', actor)
            : administrators.removeFromGroup(person.userId, 'changing', actor),
        )
        .catch(() => undefined);
      await sleep(40);
    }
  }

  async function comesBack(person: Person, isDisabled: boolean): Promise<boolean> {
    try {
      if (isDisabled) await fleet.stores.people.enable(person.userId, actor);
      await signInAgain(fleet, person);
      return true;
    } catch {
      return false;
    }
  }

  async function writers(): Promise<void> {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      const id = await journal.created(() => fleet.createUser());
      if (id !== undefined) {
        await journal.joined(id, 'kept', () => fleet.stores.people.addToGroup(id, 'kept', actor));
        if (turn % 2 === 0) await journal.disabled(id, () => fleet.stores.people.disable(id, actor));
      }
      const gateway = fleet.gateways[turn % fleet.gateways.length];
      if (scim && gateway) {
        const provisioned = await journal.provisioned(() => scim.create(gateway));
        if (provisioned !== undefined && turn % 2 === 1)
          await journal.deactivated(provisioned, () => scim.deactivate(gateway, provisioned));
      }
      await sleep(60);
    }
  }

  async function browsers(): Promise<void> {
    for (let turn = 0; options.provider !== undefined && !over.signal.aborted; turn += 1) {
      const gateway = alive[turn % alive.length];
      if (gateway) {
        const began = performance.now();
        const outcome = await signInByBrowser(fleet.baseUrl, options.provider, () => gateway.port);
        signIns.push({ ...outcome, began });
      }
      await sleep(250);
    }
  }

  const isCalm = (since: number): boolean => {
    const recent = samples.filter(({ at }) => at >= since);
    return alive.every((gateway) => {
      const own = recent.filter((each) => fleet.gateways[each.gateway] === gateway);
      return own.length > 20 && own.every(({ status }) => status === 202);
    });
  };

  const alive = fleet.gateways.filter((_, index) => !options.without?.includes(index));
  const running = [
    ...alive.map((gateway) => readers(fleet.gateways.indexOf(gateway), gateway)),
    changers(),
    writers(),
    browsers(),
  ];
  const logs = () => alive.map((gateway) => gateway.log().slice(-1_500)).join('\n');
  const stage: Stage = {
    fleet,
    journal,
    steady: (milliseconds) => sleep(milliseconds),
    async fault(begin) {
      tell('the fault begins');
      faultAt = performance.now();
      await begin();
    },
    async over(heal) {
      await heal();
      const healedAt = performance.now();
      const last = healedAt + recoveryLimit + calm;
      tell(`over after ${seconds(healedAt - faultAt)}`);
      for (let now = healedAt; now - healedAt < calm || !isCalm(now - calm); now = performance.now()) {
        if (now > last) throw new Error(`it did not recover by itself\n${logs()}`);
        await sleep(100);
      }
      recovery = Math.max(0, performance.now() - calm - healedAt);
      tell(`everybody is let in, ${seconds(recovery)} later`);
      if (options.provider === undefined) return;
      const good = () => signIns.find(({ cookie, began }) => began >= healedAt && cookie !== undefined);
      while (good() === undefined) {
        if (performance.now() > last) throw new Error(`signing in did not work again\n${logs()}`);
        await sleep(100);
      }
      const first = good();
      if (first) signInsAfter = first.began + first.took - healedAt;
    },
  };
  try {
    await sleep(1_500);
    await play(stage);
    await sleep(500);
  } finally {
    over.abort();
    await Promise.all(running);
  }
  const during = samples.filter(({ at }) => at >= faultAt);
  return {
    statuses: Object.fromEntries(
      Object.entries(Object.groupBy(during, ({ status }) => String(status))).map(([status, each]) => [
        status,
        each?.length ?? 0,
      ]),
    ),
    longestGap: Math.max(0, ...alive.map((gateway) => gapOf(during, fleet.gateways.indexOf(gateway)))),
    slowest,
    recovery,
    wrong,
    lost: await journal.missing(fleet.stores, (alive[0] && (await scim?.all(alive[0]))) ?? new Map()),
    acknowledged: journal.acknowledged,
    failedWrites: journal.failed,
    signIns,
    signInsAfter,
  };
}

/** From the first answer that was no admission to the end of the next that was. */
function gapOf(samples: readonly Sample[], gateway: number): number {
  let longest = 0;
  let since: number | undefined;
  for (const { at, took, status } of samples.filter((each) => each.gateway === gateway)) {
    if (status !== 202) since ??= at;
    else if (since !== undefined) {
      longest = Math.max(longest, at + took - since);
      since = undefined;
    }
  }
  return longest;
}

const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
