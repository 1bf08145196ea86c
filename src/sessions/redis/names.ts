import type { Cluster, Redis } from 'ioredis';

/** One server or a cluster: what is asked of either is the same. */
export type RedisClient = Redis | Cluster;

/** Where processes tell each other what is no longer true. */
export interface ChannelNames {
  /** Key: name of the newest change. */
  readonly head: string;
  /** Key: every process that may answer from memory, with its latest beat. */
  readonly processes: string;
  /** Channel on which changes are told. */
  readonly changes: string;
  /** Channel on which a process hears answers. */
  readonly answers: (process: string) => string;
}

/** Both keys share a hash tag, so that one script of a cluster may touch them. */
export function channelNames(prefix: string): ChannelNames {
  return {
    head: `${prefix}{changes}:head`,
    processes: `${prefix}{changes}:processes`,
    changes: `${prefix}changes`,
    answers: (process) => `${prefix}answers:${process}`,
  };
}
