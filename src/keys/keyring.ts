import { createPrivateKey, type KeyObject } from 'node:crypto';
import { Failure, type Log } from '../identity/index.ts';
import { keysAt, type KeyAt } from './key-state.ts';
import { makeKey } from './make-key.ts';
import type { KeyActor, KeyEvent, KeyStore, KeyUse, SecretBox, StoredKey } from './types.ts';

/** Our own key pairs: read from the store, made when there is none yet. */
export interface Keyring {
  /**
   * The keys of one use as they are now, made first when there is none: by one process, of however many ask at once.
   * @throws Failure `store_unavailable`
   */
  keys(use: KeyUse): Promise<readonly KeyAt[]>;
  /**
   * The private key of one that {@link keys} gave.
   * @throws Failure `internal` (`keys.unreadable`) when none of the configuration's secrets opens it
   */
  privateKey(key: StoredKey): KeyObject;
  /** Every key that is stored, without making any. */
  list(): Promise<readonly KeyAt[]>;
  /**
   * Begins a rotation: a new key, which is published at once and signs after `notice` (milliseconds). Where one is
   * waiting already, it signs sooner if `notice` says so. `drop`: the key before it is not published any more from then on.
   */
  rotate(use: KeyUse, options: RotateOptions): Promise<Rotation>;
  /** Seals anew, with the first secret, whatever was sealed with an older one. Rejects as {@link keys} does. */
  reseal(): Promise<void>;
}

export interface RotateOptions {
  readonly actor: KeyActor;
  readonly notice?: number;
  readonly drop?: boolean;
}

export type Rotation =
  | { readonly kind: 'made' | 'hastened'; readonly key: StoredKey }
  /** A next key is there and signs from its time on; nothing was done. */
  | { readonly kind: 'waiting'; readonly key: StoredKey };

interface KeyringDeps {
  readonly store: KeyStore;
  readonly box: SecretBox;
  /** Named in certificates: our host. */
  readonly subject: string;
  readonly now: () => number;
  readonly log: Log;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * How long a next key is published before it signs, and the one before it after: as long as those take who have to know
 * it. Identity providers' administrators load metadata by hand; applications fetch the key set when they meet a new key.
 */
const pace: Readonly<Record<KeyUse, { readonly notice: number; readonly overlap: number }>> = {
  'saml-signing': { notice: 14 * day, overlap: 14 * day },
  'saml-decryption': { notice: 14 * day, overlap: 14 * day },
  assertion: { notice: 15 * minute, overlap: 60 * minute },
};

/** The keyring of one process. It remembers private keys that it opened, and nothing else. */
export function createKeyring({ store, box, subject, now, log }: KeyringDeps): Keyring {
  const opened = new Map<string, KeyObject>();

  async function add(
    use: KeyUse,
    generation: number,
    times: Pick<StoredKey, 'signsFrom' | 'overlap'>,
    actor: KeyActor,
  ): Promise<StoredKey | undefined> {
    const at = now();
    const { id, publicPart, privateKeyPem } = await makeKey(use, subject, at);
    const key = { use, generation, id, publicPart, sealed: box.seal(privateKeyPem), createdAt: at, ...times };
    const added = await store.addKey(key, () => [event('key.created', key, actor, at)]);
    if (added) log.info({ use, keyId: id, signsFrom: new Date(key.signsFrom) }, 'a key pair was made');
    return added ? key : undefined;
  }

  async function keys(use: KeyUse): Promise<readonly KeyAt[]> {
    const found = keysAt(await store.readKeys(), use, now());
    if (found.length > 0) return found;
    const first = { signsFrom: now(), overlap: pace[use].overlap };
    await add(use, 1, first, { kind: 'system' });
    // Whoever's it was: what counts is what is stored.
    return keysAt(await store.readKeys(), use, now());
  }

  return {
    keys,
    privateKey(key) {
      const known = opened.get(key.sealed);
      if (known !== undefined) return known;
      const found = box.open(key.sealed);
      if (found === undefined) {
        log.error(
          { use: key.use, keyId: key.id },
          `none of the configured secrets opens our ${key.use} key: put back the secret it was sealed with, or run doorward keys rotate --now`,
        );
        throw new Failure('internal', { detail: 'keys.unreadable' });
      }
      const privateKey = createPrivateKey(found.plain);
      opened.set(key.sealed, privateKey);
      return privateKey;
    },
    async list() {
      const stored = await store.readKeys();
      return [...new Set(stored.map(({ use }) => use))].flatMap((use) => keysAt(stored, use, now()));
    },
    async rotate(use, { actor, notice = pace[use].notice, drop = false }) {
      const found = await keys(use);
      const at = now();
      const times = { signsFrom: at + notice, overlap: drop ? 0 : pace[use].overlap };
      const next = found.findLast(({ state }) => state === 'next');
      if (next !== undefined) {
        if (times.signsFrom >= next.signsFrom && !drop) return { kind: 'waiting', key: next };
        const key = { ...next, ...times, signsFrom: Math.min(times.signsFrom, next.signsFrom) };
        await store.hastenKey(key, () => [event('key.hastened', key, actor, at)]);
        return { kind: 'hastened', key };
      }
      const last = found.at(-1)?.generation ?? 0;
      const key = await add(use, last + 1, times, actor);
      // Somebody else rotated in this very moment: theirs is the next key.
      if (key === undefined) return { kind: 'waiting', key: (await keys(use)).at(-1) as KeyAt };
      const oldest = found.find(({ state }) => state !== 'gone');
      if (oldest !== undefined) await store.forgetKeys(use, oldest.generation);
      return { kind: 'made', key };
    },
    async reseal() {
      for (const key of await store.readKeys()) {
        const found = box.open(key.sealed);
        if (found?.outdated !== true) continue;
        await store.resealKey({ ...key, sealed: box.seal(found.plain) });
        log.info({ use: key.use, keyId: key.id }, 'a private key was sealed with the newest secret');
      }
    },
  };
}

function event(type: KeyEvent['type'], key: StoredKey, actor: KeyActor, at: number): KeyEvent {
  return { type, at, actor, use: key.use, keyId: key.id, signsFrom: key.signsFrom };
}
