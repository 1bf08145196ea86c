import { afterAll, describe, expect, it } from '@jest/globals';
import { createSecondLock, type SecondLockTask } from '../../../src/providers/saml/second-lock/index.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { fixtureBase, fixtureIdp, fixtureNow, fixtureRequestId } from '../../support/saml-provider.ts';
import { documentNames } from './cases-documents.ts';
import { readDocument } from './judge.ts';

const lock = createSecondLock({ threads: 1, queue: 8, timeout: 30_000 });
afterAll(() => lock.close());

const task = (name: string, changes: Partial<SecondLockTask> = {}): SecondLockTask => ({
  xml: readDocument(name),
  plaintext: undefined,
  certificates: [samlKey('idp').certificatePem],
  wantSigned: 'both',
  idpEntityId: fixtureIdp,
  spEntityId: `${fixtureBase}/sso/metadata/okta`,
  acsUrl: `${fixtureBase}/sso/acs/okta`,
  requestId: fixtureRequestId,
  clockTolerance: 60_000,
  maxAssertionAge: 900_000,
  now: fixtureNow,
  ...changes,
});

describe('the second lock on its own', () => {
  it('opens for a good document and tells what is in it', async () => {
    const seen = await lock.open(task('valid/names-from-all-over-the-world'));
    expect(seen.nameId?.value).toBe('łukasz@żółć.example');
    expect(seen.attributes.find(({ name }) => name === 'groups')?.values).toEqual([
      'Ingénierie',
      'データ',
      'a&b',
      '<b>',
      ' spaced ',
    ]);
  });

  const wrapped = documentNames.filter((name) => /xsw|forged|wrapper|changed|added/.test(name));
  it.each(wrapped)('never takes the forged identity: %s', async (name) => {
    for (const wantSigned of ['both', 'assertion', 'response'] as const) {
      const seen = await lock.open(task(name, { wantSigned })).catch(() => undefined);
      expect(JSON.stringify(seen ?? '')).not.toMatch(/admin|Administrators/);
    }
  });

  it.each([
    ['an expired assertion', 'valid/both-are-signed', { now: fixtureNow + 3_600_000 }],
    ['another audience', 'valid/both-are-signed', { spEntityId: 'https://other.example' }],
    ['another request', 'valid/both-are-signed', { requestId: '_another' }],
    ['a request where none was made', 'valid/both-are-signed', { requestId: undefined }],
    ['a missing signature on the assertion', 'valid/only-the-response-is-signed', {}],
    ['a missing signature on the response', 'valid/only-the-assertion-is-signed', {}],
    ['another key', 'valid/both-are-signed', { certificates: [samlKey('attacker').certificatePem] }],
    ['an encrypted assertion that the first lock did not open', 'valid/encrypted-with-aes-gcm', {}],
  ] as const)('refuses %s by itself', async (_words, name, changes) => {
    await expect(lock.open(task(name, changes))).rejects.toMatchObject({
      code: 'login_rejected',
      detail: 'saml.second_lock.refused',
    });
  });

  it('keeps the words of the library in the cause only', async () => {
    const failure: unknown = await lock
      .open(task('hostile/the-audience-is-another'))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'The answer of the identity provider could not be verified.' });
    expect(String((failure as Error).cause)).toMatch(/audience/i);
  });

  it('turns away what its queue cannot hold, and goes on afterwards', async () => {
    const small = createSecondLock({ threads: 1, queue: 2, timeout: 30_000 });
    const results = await Promise.allSettled([1, 2, 3].map(() => small.open(task('valid/both-are-signed'))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({
      reason: { code: 'too_many_requests', detail: 'saml.second_lock.busy' },
    });
    await expect(small.open(task('valid/both-are-signed'))).resolves.toMatchObject({ issuer: fixtureIdp });
    await small.close();
  });

  it('gives up on a document that takes too long, and goes on afterwards', async () => {
    const hasty = createSecondLock({ threads: 1, queue: 2, timeout: 1 });
    await expect(hasty.open(task('valid/a-thousand-groups'))).rejects.toMatchObject({
      code: 'too_many_requests',
      detail: 'saml.second_lock.timeout',
    });
    await hasty.close();
  });
});
