import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { guardEvent } from '../../../src/audit/index.ts';

const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIwMHUxIn0.${'c2lnbmF0dXJl'.repeat(4)}`;
const base = { type: 'login.failed', at: 1, actor: { kind: 'person' }, code: 'login_rejected' } as const;
const causeOf = (cause: string) => guardEvent({ ...base, cause }).cause;

describe('the guard of the audit trail', () => {
  it('leaves an ordinary event as it is', () => {
    const event = {
      ...base,
      reference: 'K7QM-2XVD',
      userName: 'Łukasz Müller',
      userId: '018f0000-0000-7000-8000-000000000001',
      address: '2001:db8::1',
      idpMessage: 'access_denied',
      detail: 'saml.audience',
      cause: 'AADSTS50105: the user is not assigned. Trace ID: 0f9e2b8c-1111-4222-8333-444455556666',
    };
    expect(guardEvent(event)).toEqual(event);
  });

  it.each([
    ['a JWT', `unexpected ${jwt} here`, 'unexpected [token] here'],
    ['a JWT cut short', 'got eyJhbGciOiJSUzI1NiJ9', 'got [token]'],
    ['a bearer header', 'Authorization: Bearer abc.def', 'Authorization: Bearer [secret]'],
    ['a client secret', 'client_secret=hunter2&x=1', 'client_secret=[secret]&x=1'],
    ['a password in JSON', '{"password": "hunter2", "a": 1}', '{"password": "[secret]", "a": 1}'],
    [
      'a code of a callback',
      '/sso/callback/okta?code=abc123&iss=x',
      '/sso/callback/okta?code=[secret]&iss=x',
    ],
    [
      'credentials in a URL',
      'connect postgres://me:pw@db.example/x',
      'connect postgres://[secret]@db.example/x',
    ],
    ['a long base64 string', `key ${'a1B2'.repeat(12)}==`, 'key [secret]'],
    ['a long hex string', `digest ${'0af9'.repeat(16)}`, 'digest [secret]'],
    [
      'a SAML document',
      'parse error in <saml:Assertion ID="x">secret</saml:Assertion>',
      'parse error in [document]',
    ],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----', '[key]'],
  ])('masks %s', (_, text, masked) => {
    expect(causeOf(text)).toBe(masked);
    expect(guardEvent({ ...base, type: 'login.refused', idpMessage: text }).idpMessage).toBe(masked);
    expect(guardEvent({ ...base, type: 'user.disabled', why: text }).why).toBe(masked);
  });

  it('keeps what an administrator needs to understand an error', () => {
    const text = 'connect ECONNREFUSED 127.0.0.1:5432 (code: 08006, state: closed)';
    expect(causeOf(text)).toBe(text);
  });

  it('keeps long paths and hyphenated words readable', () => {
    const text = 'GET https://login.microsoftonline.com/organizations/discovery/v2.0/keys failed';
    expect(causeOf(text)).toBe(text);
  });

  it('writes control characters out, so that nothing can forge a line or turn the reading direction', () => {
    expect(causeOf('one\r\n{"type":"login"}\u001b[2J\u202e')).toBe(
      'one\\u000d\\u000a{"type":"login"}\\u001b[2J\\u202e',
    );
  });

  it('gives every text a length', () => {
    expect(causeOf('word '.repeat(1_000_000))).toHaveLength(500);
    expect(guardEvent({ ...base, userName: 'x'.repeat(1_000_000) }).userName).toHaveLength(2_000);
  });

  it('does not mask a subject or a session reference, which may look like anything', () => {
    const event = { ...base, subject: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ', sessionRef: 'a1B2c3D4' };
    expect(guardEvent(event)).toEqual(event);
  });

  it('looks into what is nested, and takes any name for a name', () => {
    const event = JSON.parse(`{"__proto__": {"cause": "${jwt}"}, "list": [{"cause": "${jwt}"}]}`) as object;
    expect(JSON.stringify(guardEvent(event))).toBe(
      '{"__proto__":{"cause":"[token]"},"list":[{"cause":"[token]"}]}',
    );
  });

  it('never lets a token through, wherever it stands, and changes nothing the second time', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 300 }), string({ maxLength: 300 }), (before, after) => {
        const once = causeOf(`${before} ${jwt} ${after}`);
        expect(once).not.toContain('eyJhbGciOiJSUzI1NiJ9');
        expect(once).not.toContain('c2lnbmF0dXJl');
        expect(causeOf(once)).toBe(once);
        expect(once).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
