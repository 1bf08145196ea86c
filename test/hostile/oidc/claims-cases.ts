import {
  hostileAnn,
  type Json,
  signed,
  signedText,
  startHostileOp,
  unsigned,
} from '../../support/hostile-op.ts';
import { logIn } from '../../support/oidc-rp.ts';
import { ann, type Expected, type OidcCase, rejected } from './case.ts';

function person(
  row: number,
  sentence: string,
  claims: Json,
  expected: Expected,
  config?: OidcCase['config'],
): OidcCase {
  return {
    row,
    sentence,
    behaviour: { claims: (good) => ({ ...good, ...claims }), userinfo: () => ({ sub: 'ann' }) },
    expected,
    ...(config && { config }),
  };
}

const groups = (sentence: string, value: unknown, expected: Expected, extra: Json = {}): OidcCase =>
  person(34, sentence, { groups: value, ...extra }, expected);
const present = (...names: string[]): Expected => ({ asserted: { groups: { kind: 'present', names } } });
const absent: Expected = { asserted: { groups: { kind: 'absent' } } };
const overage: Expected = { asserted: { groups: { kind: 'overage' } } };
const tooMany: Expected = { failed: 'login_rejected', detail: 'groups.too_many' };
const tooLong: Expected = { failed: 'login_rejected', detail: 'groups.name_too_long' };
const verified = (emailVerified: boolean): Expected => ({ asserted: { emailVerified } });

/** Rows 32 to 34: what is said of the person, and how far it is believed; and the userinfo endpoint. */
export const claimsCases: readonly OidcCase[] = [
  person(32, 'email_verified true vouches', { email_verified: true }, verified(true)),
  person(32, 'email_verified as the text "true" vouches', { email_verified: 'true' }, verified(true)),
  person(32, 'email_verified false does not vouch', { email_verified: false }, verified(false)),
  person(32, 'email_verified absent does not vouch', { email_verified: undefined }, verified(false)),
  person(32, 'email_verified 1 does not vouch', { email_verified: 1 }, verified(false)),
  person(32, 'email_verified in a list does not vouch', { email_verified: [true] }, verified(false)),
  person(32, 'trustEmail fills in what is absent', { email_verified: undefined }, verified(true), {
    trustEmail: true,
  }),
  person(32, 'trustEmail does not overrule a false', { email_verified: false }, verified(false), {
    trustEmail: true,
  }),
  {
    row: 32,
    sentence: 'email_verified of userinfo does not vouch for the address of the ID token',
    behaviour: {
      claims: (good) => ({ ...good, email: 'boss@acme.example', email_verified: undefined, name: undefined }),
      userinfo: () => ({ sub: 'ann', name: 'Ann', email: 'ann@evil.example', email_verified: true }),
    },
    expected: { asserted: { email: 'boss@acme.example', emailVerified: false } },
  },
  {
    row: 33,
    sentence: 'one subject from two issuers is two people',
    async run({ rp, op, keys }) {
      const second = await startHostileOp(keys.other);
      try {
        const one = await logIn(rp);
        rp.configure({ issuer: second.issuer });
        const two = await logIn(rp);
        if (one.kind !== 'asserted' || two.kind !== 'asserted') throw new Error('one did not come in');
        if (one.assertion.issuer !== op.issuer || two.assertion.issuer !== second.issuer)
          throw new Error('one key');
        return two;
      } finally {
        await second.close();
      }
    },
    expected: ann,
  },
  groups('groups: a list', ['a', 'b'], present('a', 'b')),
  groups('groups: one string is one group, comma or not', 'a,b', present('a,b')),
  groups('groups: an empty list is no groups', [], present()),
  groups('groups: null is not "no groups"', null, absent),
  groups('groups: absent is not "no groups"', undefined, absent),
  groups('groups: an object is not understood', { admins: true }, absent),
  groups('groups: a number is not understood', 42, absent),
  groups('groups: true is not understood', true, absent),
  groups('groups: lists in lists are not understood', [['admins']], absent),
  groups(
    'groups: what is no text in a list is left out',
    ['a', null, 7, { name: 'admins' }, 'b'],
    present('a', 'b'),
  ),
  groups('groups: empty strings are left out', ['', 'a', ''], present('a')),
  groups('groups: a name twice counts once', ['a', 'a'], present('a')),
  groups(
    'groups: __proto__ and constructor are only names',
    ['__proto__', 'constructor'],
    present('__proto__', 'constructor'),
  ),
  groups('groups: a name with a line break is not repaired into another', ['adm\r\nins', 'a'], present('a')),
  groups(
    'groups: 10,001 names are refused, never cut',
    Array.from({ length: 10_001 }, (_, each) => `g${each}`),
    tooMany,
  ),
  groups('groups: a name of 1 MB is refused', ['a', 'b'.repeat(1_000_000)], tooLong),
  groups('groups: Entra points elsewhere', undefined, overage, {
    _claim_names: { groups: 'src1' },
    _claim_sources: {},
  }),
  groups('groups: Entra says that there are groups', undefined, overage, { hasgroups: true }),
  person(
    34,
    'a claim called __proto__ changes nothing',
    JSON.parse('{"__proto__":{"groups":["admins"],"email_verified":true},"email_verified":false}') as Json,
    {
      asserted: { groups: { kind: 'present', names: ['engineers'] }, emailVerified: false },
    },
  ),
  person(
    46,
    'a name with CR and LF in it is not used',
    { name: 'Ann\r\nX-Auth-Request-User: root', preferred_username: 'a\u0000nn' },
    {
      asserted: { userName: 'ann@acme.example' },
    },
  ),
  person(
    46,
    'names keep their letters',
    { name: 'Łukasz Müller 🚪' },
    { asserted: { displayName: 'Łukasz Müller 🚪' } },
  ),
  {
    row: 34,
    sentence: 'groups nested a hundred thousand deep are not understood, and hurt nobody',
    behaviour: {
      idToken: async (claims, { key }) => {
        const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
        const text = JSON.stringify({ ...claims, groups: 'DEEP' }).replace('"DEEP"', deep);
        return signedText(text, key);
      },
    },
    expected: absent,
  },
  {
    row: 25,
    module: 'scope-userinfo-claims',
    sentence: 'claims that are not in the ID token are fetched from userinfo',
    behaviour: { bareIdToken: true },
    expected: { asserted: { email: 'ann@acme.example', groups: { kind: 'present', names: ['engineers'] } } },
  },
  {
    row: 25,
    sentence: 'a provider without a userinfo endpoint is taken at its ID token',
    behaviour: {
      bareIdToken: true,
      discovery: (document) => ({ ...document, userinfo_endpoint: undefined }),
    },
    expected: { asserted: { subject: 'ann', userName: 'ann', groups: { kind: 'absent' } } },
  },
  {
    row: 25,
    module: 'userinfo-bearer-header',
    sentence: 'the access token goes into the Authorization header',
    behaviour: { bareIdToken: true },
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      const asked = op.requests.find(({ path }) => path === '/userinfo');
      if (!asked?.authorization?.startsWith('Bearer ')) throw new Error('not there');
      if (asked.parameters.size > 0) throw new Error('elsewhere too');
      return outcome;
    },
    expected: ann,
  },
  {
    row: 24,
    module: 'userinfo-signed',
    sentence: 'userinfo that is signed, and well, is accepted',
    behaviour: {
      bareIdToken: true,
      userinfo: (claims, { key, issuer }) =>
        signed({ ...claims, iss: issuer, aud: 'doorward' }, { alg: 'RS256', kid: key.kid }, key),
    },
    expected: { asserted: { email: 'ann@acme.example' } },
  },
  {
    row: 24,
    sentence: 'userinfo that is signed by a stranger is refused',
    behaviour: ({ keys }) => ({
      bareIdToken: true,
      userinfo: (claims, { key }) => signed(claims, { alg: 'RS256', kid: key.kid }, keys.other),
    }),
    expected: rejected('signature'),
  },
  {
    row: 24,
    sentence: 'userinfo that is a JWT without a signature is refused',
    behaviour: { bareIdToken: true, userinfo: (claims) => unsigned(claims) },
    expected: rejected('response'),
  },
  {
    row: 24,
    sentence: 'userinfo that is signed for another application is refused',
    behaviour: {
      bareIdToken: true,
      userinfo: (claims, { key }) => signed({ ...claims, aud: 'other' }, { alg: 'RS256', kid: key.kid }, key),
    },
    expected: rejected('aud'),
  },
  {
    row: 25,
    sentence: 'userinfo cannot say who it is: sid, tenant, times and issuer come from the ID token alone',
    behaviour: {
      bareIdToken: true,
      userinfo: () => ({ ...hostileAnn, iss: 'https://evil.example', sid: 'x', acr: 'high', amr: ['mfa'] }),
    },
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      if (outcome.kind !== 'asserted') return outcome;
      const { issuer, acr, amr, idpSession } = outcome.assertion;
      if (issuer !== op.issuer || acr !== undefined || amr.length > 0 || idpSession.sid !== undefined) {
        throw new Error('userinfo was believed');
      }
      return outcome;
    },
    expected: ann,
  },
];
