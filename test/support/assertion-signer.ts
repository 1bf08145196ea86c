import {
  createAssertionSigner,
  createKeyring,
  type AssertionSigner,
  type Keyring,
} from '../../src/keys/index.ts';
import { silentLog } from '../../src/identity/index.ts';
import { memoryKeys, plainBox } from './key-store.ts';

/** The real signer over keys in memory, counting what it signs. */
export async function testSigner(
  now: () => number,
): Promise<AssertionSigner & { signed: number; readonly keyring: Keyring }> {
  const keyring = createKeyring({
    store: memoryKeys(),
    box: plainBox(['secret']),
    subject: 'catalog.example',
    now,
    log: silentLog,
  });
  const signer = createAssertionSigner({ keyring, now, log: silentLog, interval: 3_600_000 });
  await signer.start();
  const counting = {
    ...signer,
    keyring,
    signed: 0,
    sign(claims: Readonly<Record<string, unknown>>) {
      counting.signed += 1;
      return signer.sign(claims);
    },
  };
  return counting;
}
