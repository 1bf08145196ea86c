import type { User } from '../identity/index.ts';
import type { AuditOfUser } from './types.ts';

/** Which people are asked for. All conditions hold at once. */
export interface PeopleQuery {
  /** Words, each the beginning of a word in a user name, a name or an address; a word that very many share, any part of it. */
  readonly search?: string;
  /** Id of a provider that has an identity of theirs. */
  readonly provider?: string;
  /** Name of a group that they are in, whatever the source. */
  readonly group?: string;
  readonly status?: 'active' | 'disabled' | 'deactivated';
  /** Id of the last person of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** How often something was written to the audit trail in a stretch of time. */
export interface Tally {
  /** Beginning of the stretch, milliseconds since the epoch. */
  readonly at: number;
  readonly type: string;
  readonly count: number;
}

/** One count of what is alive, written now and then, so that it can be plotted. */
export interface Sample {
  readonly at: number;
  readonly name: string;
  readonly value: number;
}

/** What those who look after people ask for, beside the Directory: fast lists, counts, and the way out. */
export interface ConsoleStore {
  /** By user name. Answers fast among hundreds of thousands, whatever is asked for. */
  searchPeople(query: PeopleQuery): Promise<readonly User[]>;
  countPeople(): Promise<{
    readonly total: number;
    readonly disabled: number;
    readonly deactivated: number;
  }>;
  /** Why an administrator disabled the user, where one said so. */
  disabledWhy(userId: string): Promise<string | undefined>;
  /** Events of these types since then, counted in stretches of `step` milliseconds; stretches without any are left out. */
  tally(types: readonly string[], since: number, step: number): Promise<readonly Tally[]>;
  /** Refused and failed logins since then by provider and reason (or code), most first. */
  refusals(
    since: number,
  ): Promise<readonly { readonly provider: string; readonly why: string; readonly count: number }[]>;
  /** Keeps a sample, and forgets those older than `keep` milliseconds. */
  addSample(sample: Sample, keep: number): Promise<void>;
  samples(name: string, since: number): Promise<readonly Sample[]>;
  /**
   * Removes the person for good: profile, identities, memberships, SCIM rows, login traces, and what is personal in the
   * audit trail; the trail keeps the id, as a pseudonym. False when there is no such user.
   */
  eraseUser(userId: string, audit?: AuditOfUser): Promise<boolean>;
}

/** One attempt to sign in, as it is kept for some days. */
export interface LoginTraceRow {
  /** The number on the page that the person saw. */
  readonly reference: string;
  readonly at: number;
  readonly provider: string;
  readonly outcome: 'admitted' | 'refused' | 'failed';
  /** The refusal's reason or the failure's code. */
  readonly why?: string;
  readonly userId?: string;
  readonly userName?: string;
  /** What web tells of it; the directory only keeps it. */
  readonly trace: Readonly<Record<string, unknown>>;
}

export interface TraceQuery {
  readonly provider?: string;
  readonly outcome?: LoginTraceRow['outcome'];
  /** Id or user name. */
  readonly user?: string;
  /** Only what is older than this, milliseconds since the epoch. */
  readonly before?: number;
  readonly limit: number;
}

/** Traces of sign-ins. They are personal data; nobody needs them for long. */
export interface LoginTraceStore {
  addTraces(traces: readonly LoginTraceRow[]): Promise<void>;
  findTrace(reference: string): Promise<LoginTraceRow | undefined>;
  /** Newest first, without what they tell in detail. */
  listTraces(query: TraceQuery): Promise<readonly LoginTraceRow[]>;
  /** Forgets some hundreds of those from before that moment; how many. */
  pruneTraces(before: number): Promise<number>;
}
