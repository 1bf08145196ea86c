import { afterAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '../../../src/identity/index.ts';
import { createSamlProvider, createSecondLock } from '../../../src/providers/saml/index.ts';
import { ask, formPost } from '../../support/saml-ask.ts';
import {
  fixtureBase,
  fixtureNow,
  fixtureRequestId,
  memoryFlows,
  memoryOnce,
  samlConfig,
} from '../../support/saml-provider.ts';
import { readDocument } from './judge.ts';

const secondLock = createSecondLock({ threads: 1, queue: 8, timeout: 30_000 });
afterAll(() => secondLock.close());

function world(id = 'okta') {
  const config = samlConfig({ id, allowUnsolicited: true });
  const flows = memoryFlows();
  const transient = memoryOnce();
  const deps = {
    baseUrl: fixtureBase,
    prefix: '/sso',
    flows,
    transient,
    now: () => fixtureNow,
    log: silentLog,
    secondLock,
  };
  const provider = createSamlProvider(config, deps);
  const post = (name: string, RelayState = '') =>
    ask(
      provider,
      formPost({ SAMLResponse: Buffer.from(readDocument(name)).toString('base64'), RelayState }),
      {
        session: false,
        step: 'answer',
        browser: 'b1',
      },
    );
  const begin = (key: string) =>
    flows.put(
      key,
      { provider: id, returnTo: undefined, createdAt: fixtureNow, requestId: fixtureRequestId },
      'b1',
    );
  return { post, begin, transient };
}

describe('one response is one login', () => {
  it('refuses an unsolicited response that comes again', async () => {
    const { post, transient } = world();
    await expect(post('valid/nobody-asked-for-it')).resolves.toMatchObject({ kind: 'success' });
    await expect(post('valid/nobody-asked-for-it')).rejects.toMatchObject({ code: 'replayed' });
    expect(transient.size).toBe(1);
  });

  it('lets one of four in that come at once', async () => {
    const { post } = world();
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => post('valid/nobody-asked-for-it')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'replayed' });
  });

  it('refuses an answer that comes again although the same request was made again', async () => {
    const { post, begin } = world();
    const [first, second] = ['1'.repeat(43), '2'.repeat(43)];
    begin(first);
    begin(second);
    await expect(post('valid/both-are-signed', first)).resolves.toMatchObject({ kind: 'success' });
    await expect(post('valid/both-are-signed', second)).rejects.toMatchObject({ code: 'replayed' });
  });

  it('refuses an answer whose login was finished already', async () => {
    const { post, begin } = world();
    const key = '1'.repeat(43);
    begin(key);
    await expect(post('valid/both-are-signed', key)).resolves.toMatchObject({ kind: 'success' });
    await expect(post('valid/both-are-signed', key)).rejects.toMatchObject({ code: 'login_state_unknown' });
  });

  it('cannot tell, and refuses, when the store does not answer', async () => {
    const { post, transient } = world();
    transient.addOnce = () => Promise.reject(Object.assign(new Error('down'), { code: 'store_unavailable' }));
    await expect(post('valid/nobody-asked-for-it')).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
