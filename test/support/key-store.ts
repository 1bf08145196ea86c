import type { KeyEvent, KeyStore, SecretBox, StoredKey } from '../../src/keys/index.ts';

/** Keys in memory, with the promises of the directory: no generation twice, and the events of each change. */
export function memoryKeys(): KeyStore & { keys: StoredKey[]; readonly events: KeyEvent[]; down: boolean } {
  const events: KeyEvent[] = [];
  const store = {
    keys: [] as StoredKey[],
    events,
    down: false,
    readKeys: async () => {
      if (store.down) throw new Error('down');
      return [...store.keys];
    },
    async addKey(key: StoredKey, audit: () => readonly KeyEvent[]) {
      if (store.keys.some(({ use, generation }) => use === key.use && generation === key.generation))
        return false;
      store.keys.push(key);
      events.push(...audit());
      return true;
    },
    async hastenKey(key: StoredKey, audit: () => readonly KeyEvent[]) {
      store.keys = store.keys.map((each) =>
        each.use === key.use && each.generation === key.generation
          ? { ...each, signsFrom: key.signsFrom, overlap: key.overlap }
          : each,
      );
      events.push(...audit());
    },
    async resealKey({ use, generation, sealed }: Pick<StoredKey, 'use' | 'generation' | 'sealed'>) {
      store.keys = store.keys.map((each) =>
        each.use === use && each.generation === generation ? { ...each, sealed } : each,
      );
    },
    async forgetKeys(use: StoredKey['use'], before: number) {
      store.keys = store.keys.filter((each) => each.use !== use || each.generation >= before);
    },
  };
  return store;
}

/** A box that writes the secret's name before the text. */
export function plainBox(secrets: readonly string[]): SecretBox {
  return {
    seal: (plain) => `${secrets[0]}|${plain}`,
    open(sealed) {
      const at = sealed.indexOf('|');
      const secret = sealed.slice(0, at);
      return secrets.includes(secret)
        ? { plain: sealed.slice(at + 1), outdated: secret !== secrets[0] }
        : undefined;
    },
  };
}
