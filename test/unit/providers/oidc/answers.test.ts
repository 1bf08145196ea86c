import { describe, expect, it } from '@jest/globals';
import { AuthorizationResponseError } from 'openid-client';
import { Failure } from '../../../../src/identity/index.ts';
import { readCallback } from '../../../../src/providers/oidc/callback.ts';
import { readRefusal } from '../../../../src/providers/oidc/idp-refusal.ts';
import { failureOf } from '../../../../src/providers/oidc/library-error.ts';
import { promptForOtherAccount } from '../../../../src/providers/oidc/prompt.ts';
import { readTokenHeader } from '../../../../src/providers/oidc/token-header.ts';
import { createWire } from '../../../../src/providers/oidc/wire.ts';

const init = { method: 'GET', headers: {}, body: undefined, redirect: 'manual' as const };
const label = (code: string, detail: string) => expect.objectContaining({ code, detail });

describe('the callback', () => {
  it('is read from the raw request target', () => {
    const { state, query } = readCallback('/sso/callback/op?code=a%26b&state=s&iss=https%3A%2F%2Fop.example');
    expect([state, ...query.values()]).toEqual(['s', 'a&b', 's', 'https://op.example']);
  });

  it.each(['/cb?state=a&state=a', '/cb?state=a&code=1&code=2', '/cb?state=a&x=&x=', '/cb?state=a&%73tate=b'])(
    'may name nothing twice: %s',
    (target) => {
      expect(() => readCallback(target)).toThrow(label('login_rejected', 'oidc.callback_duplicate'));
    },
  );

  it.each(['/cb', '/cb?', '/cb?code=1', '/cb?STATE=a', '/cb?state[]=a'])(
    'is nobody’s without a state: %s',
    (target) => {
      expect(() => readCallback(target)).toThrow(label('login_state_unknown', 'oidc.no_state'));
    },
  );
});

describe('a refusal by the provider', () => {
  const refusal = (error: string, error_description = '') =>
    readRefusal(
      new AuthorizationResponseError('x', { cause: new URLSearchParams({ error, error_description }) }),
    );

  it.each([
    ['access_denied', '', 'idp_denied', 'access_denied'],
    ['access_denied', 'AADSTS50057: disabled', 'idp_deactivated', 'access_denied'],
    ['access_denied', 'Error AADSTS500571. Trace', 'idp_deactivated', 'access_denied'],
    ['access_denied', 'AADSTS500579: something else', 'idp_denied', 'access_denied'],
    ['user_disabled', '', 'idp_deactivated', 'user_disabled'],
    ['made up\r\nby someone', '', 'idp_denied', 'malformed'],
    ['a'.repeat(65), '', 'idp_denied', 'malformed'],
  ])('%s (%s) is %s', (error, description, reason, idpMessage) => {
    expect(refusal(error, description)).toEqual({ reason, idpMessage });
  });

  it('is none when the provider is in trouble, or when it is no error of the provider', () => {
    expect(() => refusal('temporarily_unavailable')).toThrow(
      label('idp_unavailable', 'oidc.error_temporarily_unavailable'),
    );
    expect(readRefusal(new Error('access_denied'))).toBeUndefined();
  });
});

describe('the wire', () => {
  const wire = (answer: () => Response | Promise<Response>) => createWire(async () => answer());

  it('gives what came', async () => {
    const response = await wire(() => new Response('{}', { status: 400, headers: { a: 'b' } }))(
      'https://op.example',
      init,
    );
    expect([response.status, response.headers.get('a'), await response.text()]).toEqual([400, 'b', '{}']);
    expect((await wire(() => new Response(null, { status: 204 }))('https://op.example', init)).status).toBe(
      204,
    );
  });

  it.each([500, 502, 503, 599, 429])('says of %i that the provider is unavailable', async (status) => {
    await expect(
      wire(() => new Response('', { status }))('https://op.example/a?secret', init),
    ).rejects.toEqual(label('idp_unavailable', 'oidc.http_status'));
  });

  it('tells a timeout from a network that fails, and repeats nothing of the address but the host', async () => {
    const timeout = wire(() => Promise.reject(new DOMException('late', 'TimeoutError')));
    await expect(timeout('https://op.example', init)).rejects.toEqual(
      label('idp_unavailable', 'oidc.timeout'),
    );
    const refused = wire(() =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
    );
    const failure = await refused('https://op.example/a?secret', init).catch((error: unknown) => error);
    expect(failure).toEqual(label('idp_unavailable', 'oidc.network'));
    expect(String((failure as Failure).cause)).toBe('Error: https://op.example: ECONNREFUSED');
  });

  it('stops reading an answer that does not end', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(100_000));
      },
    });
    await expect(wire(() => new Response(endless))('https://op.example', init)).rejects.toEqual(
      label('login_rejected', 'oidc.response_too_large'),
    );
    expect(pulled).toBeLessThan(30);
  });
});

describe('what openid-client throws', () => {
  it('keeps a failure of ours, however deep it lies', () => {
    const own = new Failure('idp_unavailable', { detail: 'oidc.network' });
    expect(failureOf(new Error('a', { cause: new Error('b', { cause: own }) }))).toBe(own);
  });

  it('is labelled by code and by the shape of its cause, and leaves the cause behind', () => {
    const thrown = (code: string, cause: unknown) =>
      Object.assign(new Error('words', { cause: { cause } }), { code });
    const claims = { iss: 'a', sub: 'secret person', aud: 'c' };
    const failure = failureOf(thrown('OAUTH_INVALID_RESPONSE', { claims }));
    expect(failure).toEqual(label('login_rejected', 'oidc.exp'));
    expect(JSON.stringify(failure.cause)).not.toContain('secret person');
    expect(failureOf(thrown('OAUTH_JWT_CLAIM_COMPARISON_FAILED', { claim: 'aud' })).detail).toBe('oidc.aud');
    expect(failureOf(thrown('OAUTH_JWT_CLAIM_COMPARISON_FAILED', { claim: '<b>' })).detail).toBe(
      'oidc.claim',
    );
    expect(failureOf(thrown('OAUTH_TIMEOUT', undefined)).code).toBe('idp_unavailable');
  });

  it.each([undefined, null, 'text', 7, new Error('x'), {}])('is a rejection whatever it is: %p', (thrown) => {
    expect(failureOf(thrown)).toEqual(label('login_rejected', 'oidc.response'));
  });

  it('may have causes that go in circles', () => {
    const circle = new Error('round');
    circle.cause = circle;
    expect(failureOf(circle).code).toBe('login_rejected');
  });
});

describe('small things', () => {
  it('the prompt for another account is one that the provider knows', () => {
    expect(promptForOtherAccount('https://op.example', undefined)).toBe('login');
    expect(promptForOtherAccount('https://op.example', ['login', 'select_account'])).toBe('select_account');
    expect(promptForOtherAccount('https://accounts.google.com', undefined)).toBe('select_account');
    expect(promptForOtherAccount('https://login.microsoftonline.com/x/v2.0', ['login'])).toBe('login');
  });

  it('the header of a token is read without trust', () => {
    const token = (header: unknown) => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e.s`;
    expect(readTokenHeader(token({ kid: 'a', alg: 'RS256' }))).toEqual({ kid: 'a', alg: 'RS256' });
    expect(readTokenHeader(token({ kid: 7 }))).toEqual({ kid: undefined, alg: undefined });
    for (const text of ['', '.', 'x.y.z', token(null), token(7)])
      expect(readTokenHeader(text)).toBeUndefined();
  });
});
