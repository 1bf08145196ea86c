/** An entry knows whether it was used since somebody last looked for one to throw out. */
export interface Evictable {
  used: boolean;
}

/** A map of bounded weight that forgets what was not used lately. */
export interface BoundedMap<V extends Evictable> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): V | undefined;
  clear(): void;
  readonly size: number;
}

interface Options<V> {
  /** The total weight kept; when an entry is one too many, another goes. */
  readonly capacity: number;
  /** Weight of an entry, at least 1; by default 1. Must not change while the entry is here. */
  readonly weigh?: (value: V) => number;
  /** Called with what is thrown out, deleted, replaced or cleared. */
  readonly onGone: (value: V, key: string) => void;
}

const shardCount = 64;

/**
 * One huge Map stalls the process for 50–260 ms whenever it grows, so this is 64 small ones. An entry used since the
 * last round gets a second chance (the CLOCK rule), others go in the order in which they came.
 */
export function boundedMap<V extends Evictable>(options: Options<V>): BoundedMap<V> {
  const weigh = options.weigh ?? (() => 1);
  const shards = Array.from({ length: shardCount }, () => new Map<string, V>());
  let weight = 0;
  let size = 0;

  function remove(shard: Map<string, V>, key: string, value: V): void {
    shard.delete(key);
    size -= 1;
    weight -= weigh(value);
    options.onGone(value, key);
  }

  /** Throws out one entry, of this shard if it has another. Gives second chances to at most eight. */
  function evict(shard: Map<string, V>, spared: string): void {
    let chances = 8;
    const crowd = shard.size > 1 ? shard : shards.find((other) => other.size > 0 && other !== shard);
    for (const [key, value] of crowd ?? []) {
      if (key === spared) continue;
      if (value.used && chances > 0) {
        chances -= 1;
        value.used = false;
        crowd?.delete(key);
        crowd?.set(key, value);
      } else {
        if (crowd !== undefined) remove(crowd, key, value);
        return;
      }
    }
  }

  return {
    get: (key) => shards[shardOf(key)]?.get(key),
    set(key, value) {
      const shard = shards[shardOf(key)];
      if (shard === undefined) return;
      const before = shard.get(key);
      if (before !== undefined) remove(shard, key, before);
      shard.set(key, value);
      size += 1;
      weight += weigh(value);
      for (let most = size; weight > options.capacity && most > 1; most -= 1) evict(shard, key);
    },
    delete(key) {
      const shard = shards[shardOf(key)];
      const value = shard?.get(key);
      if (shard !== undefined && value !== undefined) remove(shard, key, value);
      return value;
    },
    clear() {
      for (const shard of shards) for (const [key, value] of shard) remove(shard, key, value);
    },
    get size() {
      return size;
    },
  };
}

/** Keys end in random characters (signatures, digests, UUIDs): the last four are enough to spread them. */
function shardOf(key: string): number {
  const end = key.length;
  let hash = 0;
  for (let index = Math.max(0, end - 4); index < end; index += 1) hash = hash * 31 + key.charCodeAt(index);
  return hash % shardCount;
}
