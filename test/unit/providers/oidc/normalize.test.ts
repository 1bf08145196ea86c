import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Failure } from '../../../../src/identity/index.ts';
import type { Claims } from '../../../../src/providers/groups-claim.ts';
import { normalize, type NormalizeRules } from '../../../../src/providers/oidc/normalize.ts';
import { needsUserinfo } from '../../../../src/providers/oidc/userinfo.ts';

const rules: NormalizeRules = {
  id: 'entra',
  trustEmail: false,
  groups: { claims: ['groups'] },
  claims: {
    subject: ['oid', 'sub'],
    userName: ['preferred_username', 'upn'],
    email: ['email', 'emails', 'upn'],
    displayName: ['name', 'nickname'],
    givenName: ['given_name'],
    familyName: ['family_name'],
  },
};
const base: Claims = { iss: 'https://op.example', sub: 'sub-1', iat: 1_000 };
const read = (claims: Claims, userinfo?: Claims, over: Partial<NormalizeRules> = {}) =>
  normalize(
    { idToken: { ...base, ...claims }, userinfo, rawIdToken: 'raw', refreshToken: undefined },
    { ...rules, ...over },
  );
const assertionOf = (...args: Parameters<typeof read>) => read(...args).assertion;

describe('claims as an assertion', () => {
  it('need nothing but a subject', () => {
    expect(assertionOf({})).toEqual({
      provider: 'entra',
      issuer: 'https://op.example',
      subject: 'sub-1',
      userName: 'sub-1',
      emailVerified: false,
      groups: { kind: 'absent' },
      roles: [],
      issuedAt: 1_000_000,
      authenticatedAt: 1_000_000,
      amr: [],
      idpSession: { idToken: 'raw' },
    });
  });

  it('carry everything that there is', () => {
    const claims = {
      oid: 'oid-1',
      preferred_username: 'ann',
      email: 'ann@acme.example',
      email_verified: true,
      name: 'Ann Example',
      given_name: 'Ann',
      family_name: 'Example',
      locale: 'pl-PL',
      groups: ['a'],
      roles: ['Reader'],
      auth_time: 900.5,
      acr: 'urn:mfa',
      amr: ['pwd', 'otp'],
      sid: 'sid-1',
    };
    const answer = { idToken: { ...base, ...claims }, userinfo: undefined, rawIdToken: 'raw' };
    expect(normalize({ ...answer, refreshToken: 'again' }, rules)).toEqual({
      problems: [],
      assertion: {
        provider: 'entra',
        issuer: 'https://op.example',
        subject: 'oid-1',
        userName: 'ann',
        email: 'ann@acme.example',
        emailVerified: true,
        displayName: 'Ann Example',
        givenName: 'Ann',
        familyName: 'Example',
        locale: 'pl-PL',
        groups: { kind: 'present', names: ['a'] },
        roles: ['Reader'],
        issuedAt: 1_000_000,
        authenticatedAt: 900_500,
        authTimeStated: true,
        acr: 'urn:mfa',
        amr: ['pwd', 'otp'],
        idpSession: { idToken: 'raw', refreshToken: 'again', sid: 'sid-1' },
      },
    });
  });

  it('fall back in the order of the file', () => {
    expect(assertionOf({ upn: 'u', nickname: 'n' })).toMatchObject({
      userName: 'u',
      email: 'u',
      displayName: 'n',
    });
    expect(assertionOf({ name: '', nickname: 'n' })).toMatchObject({ displayName: 'n' });
    expect(assertionOf({ name: null, nickname: 'n' })).toMatchObject({ displayName: 'n' });
    expect(assertionOf({ name: null, given_name: 'Żółć', family_name: 'Gęślą' })).toMatchObject({
      displayName: 'Żółć Gęślą',
    });
    expect(assertionOf({ name: null, family_name: 'Gęślą' })).toMatchObject({ displayName: 'Gęślą' });
    expect(assertionOf({ emails: ['first@x.example', 'b@x.example'] })).toMatchObject({
      userName: 'first@x.example',
    });
  });

  it.each([
    ['a number', 7],
    ['a control character', 'a\u0007b'],
    ['a line break', 'a\r\nb'],
    ['half a character', 'a\udc00'],
    ['a kilobyte and more', 'ü'.repeat(501)],
    ['an object', { a: 1 }],
  ])('pass over %s, and say where', (_what, name) => {
    const { assertion, problems } = read({ name, nickname: 'Ann' });
    expect(assertion.displayName).toBe('Ann');
    expect(problems).toEqual(['claims.unusable: name']);
  });

  it('keep what people are called', () => {
    for (const name of [
      'Łukasz Müller',
      'O’Neil-Smith',
      '山田 太郎',
      'أحمد',
      '🚪',
      ' spaced ',
      'n'.repeat(1000),
    ]) {
      expect(assertionOf({ name }).displayName).toBe(name);
    }
  });

  it('know the person by the first subject there is, and refuse rather than pass over it', () => {
    expect(assertionOf({ oid: 'oid-1' }).subject).toBe('oid-1');
    for (const oid of ['', null, 7, ['oid-1'], 'ö', 'a\nb', 'a'.repeat(256)]) {
      expect(() => read({ oid })).toThrow(expect.objectContaining({ detail: 'oidc.subject' }));
    }
    expect(() => read({ sub: undefined })).toThrow(expect.objectContaining({ detail: 'oidc.subject' }));
  });

  it('take nothing that identifies from userinfo', () => {
    const userinfo = {
      sub: 'x',
      oid: 'evil',
      iss: 'x',
      sid: 'x',
      acr: 'x',
      amr: ['x'],
      auth_time: 5,
      name: 'Ann',
    };
    const { displayName, ...identity } = assertionOf({}, userinfo);
    const { displayName: _none, ...alone } = assertionOf({});
    expect(displayName).toBe('Ann');
    expect(identity).toEqual(alone);
  });

  it('prefer the ID token to userinfo, claim by claim', () => {
    const claims = { name: 'Signed', groups: ['signed'] };
    const userinfo = {
      name: 'Other',
      groups: ['other'],
      email: 'a@x.example',
      email_verified: true,
      roles: ['r'],
    };
    expect(assertionOf(claims, userinfo)).toMatchObject({
      displayName: 'Signed',
      email: 'a@x.example',
      emailVerified: true,
      groups: { kind: 'present', names: ['signed'] },
      roles: ['r'],
    });
  });

  it.each<[string, Claims, Claims | undefined, boolean, boolean]>([
    ['true', { email: 'a@x', email_verified: true }, undefined, false, true],
    ['"true"', { email: 'a@x', email_verified: 'true' }, undefined, false, true],
    ['"True"', { email: 'a@x', email_verified: 'True' }, undefined, false, false],
    ['1', { email: 'a@x', email_verified: 1 }, undefined, false, false],
    ['false', { email: 'a@x', email_verified: false }, undefined, false, false],
    ['false, with trustEmail', { email: 'a@x', email_verified: false }, undefined, true, false],
    ['null, with trustEmail', { email: 'a@x', email_verified: null }, undefined, true, false],
    ['nothing', { email: 'a@x' }, undefined, false, false],
    ['nothing, with trustEmail', { email: 'a@x' }, undefined, true, true],
    ['true of another claim', { upn: 'a@x', email_verified: true }, undefined, false, false],
    ['true of another claim, with trustEmail', { upn: 'a@x', email_verified: true }, undefined, true, true],
    ['true in userinfo only', { email: 'a@x' }, { email: 'b@x', email_verified: true }, false, false],
    ['true, of userinfo', { email_verified: false }, { email: 'b@x', email_verified: true }, false, true],
    ['true, but no address', { email_verified: true }, undefined, true, false],
  ])('vouch for an address when email_verified is %s', (_what, claims, userinfo, trustEmail, expected) => {
    expect(assertionOf(claims, userinfo, { trustEmail }).emailVerified).toBe(expected);
  });

  it('take amr as a list or as one, and nothing else', () => {
    expect(assertionOf({ amr: 'pwd' }).amr).toEqual(['pwd']);
    expect(assertionOf({ amr: ['pwd', 7, null, 'a\n'] }).amr).toEqual(['pwd']);
    expect(assertionOf({ amr: Array.from({ length: 1_000 }, String) }).amr).toHaveLength(50);
  });

  it('become an assertion or a refusal, whatever they are', () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        'oid',
        'sub',
        'email',
        'email_verified',
        'name',
        'groups',
        'roles',
        'amr',
        'sid',
        '__proto__',
        '_claim_names',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(anything, anything, (claims, userinfo) => {
        try {
          const { assertion } = read(claims, userinfo);
          const given: unknown = Object.hasOwn(claims, 'oid') ? claims['oid'] : { ...base, ...claims }['sub'];
          const { userName, displayName = '', email = '' } = assertion;
          return (
            assertion.subject === given &&
            [userName, displayName, email].every((text) => text.isWellFormed() && !/\p{Cc}/u.test(text)) &&
            (!assertion.emailVerified || email !== '')
          );
        } catch (error) {
          return error instanceof Failure && error.code === 'login_rejected';
        }
      }),
    );
  });
});

describe('userinfo', () => {
  const full = { preferred_username: 'a', email: 'a', name: 'a', groups: [] };

  it.each<[string, Claims, string[], boolean]>([
    ['is not needed when all is there', full, ['groups'], false],
    ['is needed for a user name', { ...full, preferred_username: undefined }, ['groups'], true],
    [
      'is not needed when a fallback is there',
      { ...full, preferred_username: undefined, upn: 'u' },
      ['groups'],
      false,
    ],
    ['is needed for an address', { ...full, email: undefined }, ['groups'], true],
    ['is needed for groups', { ...full, groups: undefined }, ['groups'], true],
    ['is not needed for groups that nobody asks for', { ...full, groups: undefined }, [], false],
    [
      'is not needed for groups that are elsewhere',
      { ...full, groups: undefined, hasgroups: true },
      ['groups'],
      false,
    ],
  ])('%s', (_what, claims, groups, expected) => {
    expect(needsUserinfo(claims, { ...rules, groups: { claims: groups } })).toBe(expected);
  });
});
