/**
 * Which changes this process has heard of. Each change names the one before it, so a missed one shows; and the store is
 * asked now and then what its newest is. Nothing is taken for granted of the channel: it may lose, delay and reconnect.
 */
export interface Chain {
  /** A change came over the channel. False when one before it was missed. */
  apply(before: string, id: string): boolean;
  /** Where this process stands, to be noted before the store is asked for its newest change. */
  mark(): number;
  /**
   * What it means that `head` was the store's newest change at some time after `mark`: `heard` of it and of all before it;
   * `behind`: not heard of it (yet); `rolled_back`: the store has forgotten changes that it had told of.
   */
  compare(head: string, mark: number): 'heard' | 'behind' | 'rolled_back';
  /** Everything remembered was dropped: what happened up to `head` does not matter any more. */
  adopt(head: string): void;
}

/** So many of the latest changes are remembered; a process further behind drops what it cached. */
const kept = 1000;

/** A chain that has heard of nothing yet. */
export function createChain(): Chain {
  const places = new Map<string, number>();
  let place = 0;
  let newest: string | undefined;

  function note(id: string): void {
    places.set(id, ++place);
    newest = id;
    if (places.size <= kept) return;
    const [oldest] = places.keys();
    if (oldest !== undefined) places.delete(oldest);
  }

  return {
    apply(before, id) {
      if (places.has(id)) return true;
      const follows = before === newest;
      note(id);
      return follows;
    },
    mark: () => place,
    compare(head, mark) {
      const at = places.get(head);
      if (at === undefined) return 'behind';
      return at >= mark ? 'heard' : 'rolled_back';
    },
    adopt(head) {
      places.clear();
      note(head);
    },
  };
}
