import { sign, type KeyObject } from 'node:crypto';
import type { Log } from '../identity/index.ts';
import { published, type KeyAt } from './key-state.ts';
import type { Keyring } from './keyring.ts';

/** Signs the assertions for applications, synchronously and from memory. */
export interface AssertionSigner {
  /** Id of the key that signs; undefined while there is none to be had. Changes with a rotation. */
  keyId(): string | undefined;
  /** The claims as a compact JWS (RFC 7515, section 7.1) with ES256; undefined while there is no key. */
  sign(claims: Readonly<Record<string, unknown>>): string | undefined;
  /** The published keys as a JWK Set (RFC 7517, section 5), JSON; undefined while none could be read. */
  keySet(): string | undefined;
  /** Reads the keys now; afterwards they are read about twice a minute until `close`. Never rejects. */
  start(): Promise<void>;
  close(): void;
}

interface SignerDeps {
  readonly keyring: Pick<Keyring, 'keys' | 'privateKey'>;
  readonly now: () => number;
  readonly log: Log;
  /** Milliseconds between two readings. */
  readonly interval?: number;
}

interface Signing {
  readonly keyId: string;
  /** First part of every token: the header, encoded. */
  readonly header: string;
  readonly key: KeyObject;
  readonly from: number;
}

/** A key that is to sign is published much longer before than this. Milliseconds. */
const readEvery = 30_000;

/** A signer without keys until `start`. */
export function createAssertionSigner(deps: SignerDeps): AssertionSigner {
  const { keyring, now, log, interval = readEvery } = deps;
  let upcoming: readonly Signing[] = [];
  let keySet: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function read(): Promise<void> {
    try {
      const keys = published(await keyring.keys('assertion'));
      const signing = keys.filter(({ state }) => state !== 'previous').map((key) => signingOf(key));
      upcoming = signing.toSorted((a, b) => b.from - a.from);
      keySet = JSON.stringify({ keys: keys.map(({ publicPart }) => JSON.parse(publicPart) as unknown) });
    } catch (error) {
      log.warn({ err: error }, 'the keys of the signed assertion could not be read');
    }
    if (!closed) timer = setTimeout(() => void read(), interval).unref();
  }

  function signingOf(key: KeyAt): Signing {
    const header = encode({ alg: 'ES256', typ: 'JWT', kid: key.id });
    return { keyId: key.id, header, key: keyring.privateKey(key), from: key.signsFrom };
  }

  function current(): Signing | undefined {
    if (upcoming.length === 1) return upcoming[0];
    const at = now();
    return upcoming.find(({ from }) => from <= at);
  }

  return {
    keyId: () => current()?.keyId,
    sign(claims) {
      const signing = current();
      if (signing === undefined) return undefined;
      const input = `${signing.header}.${encode(claims)}`;
      // RFC 7518, section 3.4: R and S as they are, not as DER.
      const signature = sign('sha256', Buffer.from(input, 'ascii'), {
        key: signing.key,
        dsaEncoding: 'ieee-p1363',
      });
      return `${input}.${signature.toString('base64url')}`;
    },
    keySet: () => keySet,
    start: () => read(),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
