import { describe, expect, it } from '@jest/globals';
import { agree } from '../../../../src/providers/saml/agreement.ts';
import type { SeenAssertion } from '../../../../src/providers/saml/types.ts';

const seen: SeenAssertion = {
  id: '_a',
  version: '2.0',
  issueInstant: '2026-03-14T09:26:53Z',
  issuer: 'https://idp.example',
  nameId: { value: 'ann', format: undefined, nameQualifier: undefined, spNameQualifier: undefined },
  confirmations: [
    {
      method: 'bearer',
      recipient: 'https://x',
      inResponseTo: '_r',
      notBefore: undefined,
      notOnOrAfter: '2026-03-14T09:31:53Z',
    },
  ],
  conditions: {
    notBefore: undefined,
    notOnOrAfter: '2026-03-14T09:31:53Z',
    audiences: [['https://sp.example']],
  },
  statements: [
    {
      authnInstant: '2026-03-14T09:26:53Z',
      sessionIndex: '_s',
      sessionNotOnOrAfter: undefined,
      classRef: undefined,
    },
  ],
  attributes: [{ name: 'groups', values: ['a', 'b'] }],
};

describe('what the two locks saw', () => {
  it('agrees when it is the same, whatever realm the objects come from', () => {
    expect(() => agree(seen, structuredClone(seen))).not.toThrow();
  });

  it.each<[keyof SeenAssertion, Partial<SeenAssertion>]>([
    ['id', { id: '_b' }],
    ['issuer', { issuer: 'https://idp.example/' }],
    [
      'nameId',
      { nameId: { value: 'ann ', format: undefined, nameQualifier: undefined, spNameQualifier: undefined } },
    ],
    ['nameId', { nameId: undefined }],
    ['issueInstant', { issueInstant: undefined }],
    ['confirmations', { confirmations: [] }],
    [
      'conditions',
      {
        conditions: {
          notBefore: undefined,
          notOnOrAfter: '2026-03-14T09:31:53Z',
          audiences: [['https://sp.example', 'x']],
        },
      },
    ],
    [
      'conditions',
      {
        conditions: {
          notBefore: undefined,
          notOnOrAfter: '2027-03-14T09:31:53Z',
          audiences: [['https://sp.example']],
        },
      },
    ],
    ['statements', { statements: [...seen.statements, ...seen.statements] }],
    ['attributes', { attributes: [{ name: 'groups', values: ['a'] }] }],
    ['attributes', { attributes: [{ name: 'groups', values: ['b', 'a'] }] }],
    ['attributes', { attributes: [{ name: 'groups', values: ['a', null] }] }],
    ['attributes', { attributes: [...seen.attributes, { name: 'groups', values: ['admins'] }] }],
    ['attributes', { attributes: [{ name: '__proto__', values: ['a', 'b'] }] }],
  ])('disagrees in %s, either way round', (field, change) => {
    const other = { ...seen, ...change };
    for (const [one, two] of [
      [seen, other],
      [other, seen],
    ] satisfies [SeenAssertion, SeenAssertion][]) {
      expect(() => agree(one, two)).toThrow(
        expect.objectContaining({ code: 'login_rejected', detail: `saml.agreement.${field}` }),
      );
    }
  });

  it('takes white space alone for nothing in an attribute, as one of the parsers does, and nowhere else', () => {
    const value = (text: string): SeenAssertion => ({ ...seen, attributes: [{ name: 'x', values: [text] }] });
    expect(() => agree(value('  '), value(''))).not.toThrow();
    expect(() => agree(value(' a'), value('a'))).toThrow();
    const issuer = (text: string): SeenAssertion => ({ ...seen, issuer: text });
    expect(() => agree(issuer(' '), issuer(''))).toThrow();
  });
});
