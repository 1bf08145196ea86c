import { validateHeaderValue } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { identityHeaders, isIdentityHeader } from '../../../src/gate/index.ts';
import { gateConfig, snapshot } from '../../support/gate-world.ts';

const config = gateConfig().headers;

/** What an application reads: the header's bytes as UTF-8. */
function read(headers: readonly string[], name: string): string {
  return Buffer.from(headers[headers.indexOf(name) + 1] ?? 'missing', 'latin1').toString('utf8');
}

describe('identity headers', () => {
  it('tell the name as UTF-8 and keep a comma in a group apart from the one between groups', () => {
    const headers = identityHeaders(snapshot(), 'guest', config);
    expect(read(headers, 'X-Auth-Request-Name')).toBe('Łukasz Müller');
    expect(read(headers, 'X-Auth-Request-Groups')).toBe('a%2Cb,engineers');
    expect(read(headers, 'X-Auth-Request-User')).toBe(snapshot().id);
    expect(read(headers, 'X-Auth-Request-Preferred-Username')).toBe('lukasz@acme.example');
    expect(read(headers, 'X-Auth-Request-Role')).toBe('guest');
  });

  it('are all there, empty where there is nothing', () => {
    const bare = snapshot({ email: undefined, displayName: undefined, groups: [] });
    const headers = identityHeaders(bare, 'guest', config);
    expect(headers.filter((_, index) => index % 2 === 0)).toEqual([
      'X-Auth-Request-User',
      'X-Auth-Request-Email',
      'X-Auth-Request-Preferred-Username',
      'X-Auth-Request-Name',
      'X-Auth-Request-Groups',
      'X-Auth-Request-Groups-Truncated',
      'X-Auth-Request-Role',
    ]);
    expect(read(headers, 'X-Auth-Request-Email')).toBe('');
    expect(read(headers, 'X-Auth-Request-Name')).toBe('');
    expect(read(headers, 'X-Auth-Request-Groups')).toBe('');
    expect(read(headers, 'X-Auth-Request-Groups-Truncated')).toBe('');
  });

  it('have other names, and another user, by a setting', () => {
    const headers = identityHeaders(snapshot(), 'guest', { ...config, set: 'remote-user', user: 'email' });
    expect(read(headers, 'Remote-User')).toBe('lukasz@acme.example');
    expect(headers.filter((_, index) => index % 2 === 0).every((name) => name.startsWith('Remote-'))).toBe(
      true,
    );
  });

  it('never hold what node:http would refuse or a second header could come of, and decode to what went in', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', 'Ł', '👩', '\r', '\n', '\0', '%', ',', ' ', '\u0085', '\t', '2C'),
        }),
        (text) => {
          const headers = identityHeaders(snapshot({ displayName: text, groups: [text] }), 'guest', config);
          headers.forEach((value) => validateHeaderValue('x', value));
          expect(headers.join('')).not.toMatch(/[\r\n\0]/);
          const name = read(headers, 'X-Auth-Request-Name');
          expect(name).toBe(name.trim());
          expect(decodeURIComponent(name)).toBe(text);
          expect(read(headers, 'X-Auth-Request-Groups').split(',').map(decodeURIComponent)).toEqual([text]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survive half a surrogate pair', () => {
    expect(
      read(identityHeaders(snapshot({ displayName: 'a\ud800' }), 'g', config), 'X-Auth-Request-Name'),
    ).toBe('a\ufffd');
  });

  it('of ten thousand groups stay within the limit, hold whole names only, in order, and say how many are missing', () => {
    const groups = Array.from({ length: 10_000 }, (_, index) => `grüppe-${String(index).padStart(5, '0')}`);
    const headers = identityHeaders(snapshot({ groups }), 'guest', { ...config, maxGroupsBytes: 1000 });
    const value = headers[headers.indexOf('X-Auth-Request-Groups') + 1] ?? '';
    expect(value.length).toBeLessThanOrEqual(1000);
    expect(value.length).toBeGreaterThan(900);
    const told = read(headers, 'X-Auth-Request-Groups').split(',');
    expect(told).toEqual(groups.slice(0, told.length));
    expect(read(headers, 'X-Auth-Request-Groups-Truncated')).toBe(String(10_000 - told.length));
  });

  it('leave a group that alone is too long out rather than cut it', () => {
    const headers = identityHeaders(snapshot({ groups: ['x'.repeat(5000)] }), 'guest', config);
    expect(read(headers, 'X-Auth-Request-Groups')).toBe('');
    expect(read(headers, 'X-Auth-Request-Groups-Truncated')).toBe('1');
  });
});

describe('a client’s own identity header', () => {
  it.each([
    'X-Auth-Request-User',
    'x-auth-request-groups',
    'X_AUTH_REQUEST_USER',
    'x.auth.request.email',
    'X-Auth_Request.Name',
    'X-Auth-Request-Anything',
    'X-Doorward-Assertion',
    'x_doorward_assertion',
    'Remote-User',
    'REMOTE_USER',
    'remote_groups',
    'Remote-Groups-Truncated',
    'X-Forwarded-User',
    'x_forwarded_email',
    'X-Forwarded-Preferred-Username',
    'X-Remote-User',
  ])('%s is known as one', (name) => {
    expect(isIdentityHeader(name)).toBe(true);
  });

  it.each([
    'Authorization',
    'X-Request-Id',
    'X-Forwarded-For',
    'Remote-Address',
    'X-Author',
    'Remote-Username',
  ])('%s is not one', (name) => {
    expect(isIdentityHeader(name)).toBe(false);
  });
});
