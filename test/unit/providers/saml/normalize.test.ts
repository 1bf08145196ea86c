import { describe, expect, it } from '@jest/globals';
import type { VerifiedLogin } from '../../../../src/providers/saml/after/index.ts';
import { normalize } from '../../../../src/providers/saml/normalize.ts';
import { persistentFormat } from '../../../support/saml-document.ts';
import { samlConfig } from '../../../support/saml-provider.ts';

type Attributes = Readonly<Record<string, readonly string[]>>;

const login = (
  attributes: Attributes = {},
  nameId: Partial<VerifiedLogin['nameId']> = {},
): VerifiedLogin => ({
  assertionId: '_a',
  issuedAt: 2000,
  issuer: 'https://idp.example',
  nameId: {
    value: 'n-1',
    format: persistentFormat,
    nameQualifier: undefined,
    spNameQualifier: undefined,
    ...nameId,
  },
  authentication: { at: 1000, sessionIndex: 's-1', expiresAt: 5000, classRef: 'urn:mfa' },
  attributes: new Map(Object.entries(attributes)),
  usableUntil: 0,
  measuredSkew: 0,
});
const assertionOf = (from: VerifiedLogin, changes: Parameters<typeof samlConfig>[0] = {}) =>
  normalize(from, samlConfig(changes)).assertion;

describe('a verified SAML login, normalized', () => {
  it('keeps the subject, the session and the time of the sign-in', () => {
    expect(assertionOf(login())).toEqual({
      provider: 'okta',
      issuer: 'https://idp.example',
      subject: 'n-1',
      userName: 'n-1',
      emailVerified: false,
      groups: { kind: 'absent' },
      roles: [],
      issuedAt: 2000,
      authenticatedAt: 1000,
      authTimeStated: true,
      acr: 'urn:mfa',
      amr: [],
      idpSession: {
        sessionIndex: 's-1',
        expiresAt: 5000,
        nameId: { value: 'n-1', format: persistentFormat },
      },
    });
  });

  it('tries attribute names in order, and passes over empty and unusable values', () => {
    const from = login({ email: ['', 'a\nb'], mail: ['ann@acme.example'], displayName: [' Ann '] });
    expect(assertionOf(from)).toMatchObject({
      email: 'ann@acme.example',
      displayName: ' Ann ',
      userName: 'n-1',
    });
    expect(normalize(from, samlConfig()).problems).toEqual(['attributes.unusable: email']);
  });

  it('vouches for an address only where the file trusts it', () => {
    const from = login({ email: ['ann@acme.example'] });
    expect(assertionOf(from).emailVerified).toBe(false);
    expect(assertionOf(from, { trustEmail: true }).emailVerified).toBe(true);
    expect(assertionOf(login(), { trustEmail: true }).emailVerified).toBe(false);
  });

  it.each<[string, Attributes, object]>([
    ['a missing attribute', {}, { kind: 'absent' }],
    ['an attribute without values', { groups: [] }, { kind: 'present', names: [] }],
    ['one empty value', { groups: [''] }, { kind: 'present', names: [] }],
    [
      'names with a comma and with spaces',
      { groups: ['a,b', ' c '] },
      { kind: 'present', names: ['a,b', ' c '] },
    ],
    [
      'two attributes',
      { groups: ['a', 'b'], 'https://x.example/claims/Group': ['b', 'c'] },
      { kind: 'present', names: ['a', 'b', 'c'] },
    ],
    ['names that are no text', { groups: ['a\u0000', 'b\r\n'] }, { kind: 'absent' }],
    [
      'a link in place of the list',
      { 'http://schemas.microsoft.com/claims/groups.link': ['https://graph.example'] },
      { kind: 'overage' },
    ],
    [
      'a link beside a list',
      { groups: ['a'], 'http://schemas.microsoft.com/claims/groups.link': ['x'] },
      { kind: 'overage' },
    ],
  ])('reads the groups: %s', (_words, attributes, expected) => {
    const groups = {
      claims: ['groups', 'https://x.example/claims/Group'],
      whenMissing: 'keep',
      map: [],
      unmapped: 'create',
    } as const;
    expect(assertionOf(login(attributes), { groups }).groups).toEqual(expected);
  });

  it('names no groups when the file knows of none', () => {
    const groups = { claims: [], whenMissing: 'keep', map: [], unmapped: 'create' } as const;
    const from = login({ groups: ['a'], 'http://schemas.microsoft.com/claims/groups.link': ['x'] });
    expect(assertionOf(from, { groups }).groups).toEqual({ kind: 'absent' });
  });

  describe('the subject', () => {
    const attributes = { ...samlConfig().attributes, subject: ['employeeNumber', 'NameID'] };
    const transient = { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' };

    it('is the first source that gives a value', () => {
      expect(assertionOf(login({ employeeNumber: ['E-17'] }), { attributes }).subject).toBe('E-17');
      expect(assertionOf(login({ employeeNumber: [''] }), { attributes }).subject).toBe('n-1');
      expect(assertionOf(login({ employeeNumber: ['E-17'] }, transient), { attributes }).subject).toBe(
        'E-17',
      );
    });

    it.each([
      ['a transient NameID', login({}, transient), 'transient'],
      ['two values', login({ employeeNumber: ['E-17', 'E-18'] }), 'several'],
      ['a control character', login({ employeeNumber: ['E\u0000'] }), 'unusable'],
      ['a megabyte', login({ employeeNumber: ['E'.repeat(1_000_000)] }), 'unusable'],
    ])('is refused: %s', (_words, from, label) => {
      expect(() => assertionOf(from, { attributes })).toThrow(
        expect.objectContaining({ detail: `saml.subject.${label}` }),
      );
    });
  });
});
