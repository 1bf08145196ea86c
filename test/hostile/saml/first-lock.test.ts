import { describe, expect, it } from '@jest/globals';
import {
  createFirstLock,
  type FirstLockTask,
  opensHere,
} from '../../../src/providers/saml/first-lock/index.ts';
import { openFirstLock } from '../../../src/providers/saml/first-lock/open.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { big } from './big.ts';
import { readDocument } from './judge.ts';

const task = (xml: string): FirstLockTask => ({
  xml,
  certificates: [samlKey('idp').certificatePem],
  allowWeak: [],
  wantSigned: 'both',
  decryption: undefined,
});
const large = (): FirstLockTask => task(readDocument('valid/a-thousand-groups'));

describe('the first lock, for large documents', () => {
  it('9: sees the same in a worker as it does here', async () => {
    const lock = createFirstLock();
    const there = await lock.open(large());
    expect(large().xml.length).toBeGreaterThan(opensHere);
    expect(JSON.stringify(there)).toBe(JSON.stringify(openFirstLock(large())));
    await lock.close();
  });

  it('9: refuses with the same label, and the cause of the library stays a cause', async () => {
    const lock = createFirstLock();
    await expect(lock.open(task(big.aHugeTextNode()))).rejects.toMatchObject({
      code: 'login_rejected',
      detail: 'saml.signature.digest',
    });
    const malformed: unknown = await lock
      .open(task(big.undeclaredPrefixesEverywhere()))
      .catch((error: unknown) => error);
    expect(malformed).toMatchObject({
      code: 'login_rejected',
      detail: 'saml.xml.malformed',
      message: 'The answer of the identity provider could not be verified.',
    });
    expect((malformed as Error).cause).toBeInstanceOf(Error);
    await lock.close();
  });

  it('9: turns away what its queue cannot hold, lets small ones through meanwhile, and goes on afterwards', async () => {
    const lock = createFirstLock({ queue: 2, timeout: 30_000 });
    const results = await Promise.allSettled([
      ...[1, 2, 3].map(() => lock.open(large())),
      lock.open(task(readDocument('valid/both-are-signed'))),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({
      reason: { code: 'too_many_requests', detail: 'saml.first_lock.busy', retryAfter: 5 },
    });
    await expect(lock.open(large())).resolves.toBeDefined();
    await lock.close();
  });

  it('9: gives up on a document that takes too long', async () => {
    const lock = createFirstLock({ queue: 2, timeout: 1 });
    await expect(lock.open(large())).rejects.toMatchObject({
      code: 'too_many_requests',
      detail: 'saml.first_lock.timeout',
    });
    await lock.close();
  });
});
