import { createHash } from 'node:crypto';
import { type Grant, type Json, signed, signedText, unsigned } from '../../support/hostile-op.ts';
import { answer, logIn, loginUpToCallback, testBrowser } from '../../support/oidc-rp.ts';
import { ann, type Bench, type Expected, type OidcCase, rejected } from './case.ts';

/** The ID token as this text of claims, signed well. */
const text = (sentence: string, change: (json: string) => string, expected: Expected): OidcCase => ({
  row: 25,
  sentence,
  behaviour: { idToken: (claims, { key }) => signedText(change(JSON.stringify(claims)), key) },
  expected,
});
const claim = (
  sentence: string,
  change: (claims: Json, grant: Grant) => Json,
  expected: Expected,
): OidcCase => ({
  row: 25,
  sentence,
  behaviour: { claims: (claims, grant) => ({ ...claims, ...change(claims, grant) }) },
  expected,
});
const callback = (sentence: string, change: (url: URL) => void, expected: Expected): OidcCase => ({
  row: 26,
  sentence,
  async run({ rp }) {
    const browser = testBrowser();
    const url = await loginUpToCallback(rp, browser);
    change(url);
    return answer(browser, url);
  },
  expected,
});
const userinfo = (sentence: string, answered: (claims: Json) => unknown, expected: Expected): OidcCase => ({
  row: 25,
  sentence,
  behaviour: { bareIdToken: true, userinfo: answered },
  expected,
});
const iss = (sentence: string, change: (issuer: string) => string, expected: Expected): OidcCase => ({
  row: 27,
  sentence,
  behaviour: ({ op }) => ({ callback: (parameters) => parameters.set('iss', change(op.issuer)) }),
  expected,
});
/** `doorward` with a Cyrillic letter, which looks the same. */
const lookAlike = 'd\u043Eorward';
const unknown = (detail: string): Expected => ({ failed: 'login_state_unknown', detail });

/** Relatives of the known attacks: what somebody would try next who has read the list. */
export const relativesCases: readonly OidcCase[] = [
  text('claims that are a list', (json) => `[${json}]`, rejected('response_invalid')),
  text('claims that are null', () => 'null', rejected('response_invalid')),
  text('claims that are no JSON', (json) => json.slice(1), rejected('response')),
  text(
    'the nonce twice, the right one first',
    (json) => `${json.slice(0, -1)},"nonce":"x"}`,
    rejected('nonce'),
  ),
  text(
    'the issuer twice, the right one first',
    (json) => `${json.slice(0, -1)},"iss":"https://evil.example"}`,
    rejected('iss'),
  ),
  text('the subject twice: the last one is everybody\u2019s', (json) => `${json.slice(0, -1)},"sub":"bob"}`, {
    asserted: { subject: 'bob' },
  }),
  text('an expiry beyond all numbers', (json) => json.replace(/"exp":\d+/, '"exp":1e999'), rejected('exp')),
  text(
    'a time of issue beyond all numbers',
    (json) => json.replace(/"iat":\d+/, '"iat":-1e999'),
    rejected('iat'),
  ),
  text(
    'a sign-in beyond all numbers',
    (json) => `${json.slice(0, -1)},"auth_time":1e999}`,
    rejected('claim_type'),
  ),
  claim('an expiry in a list', ({ exp }) => ({ exp: [exp] }), rejected('claim_type')),
  claim('a negative expiry', () => ({ exp: -1 }), rejected('exp')),
  claim('a beginning that is text', () => ({ nbf: 'now' }), rejected('claim_type')),
  claim('a sign-in that is text', () => ({ auth_time: 'now' }), rejected('claim_type')),
  claim('an audience of look-alike letters', () => ({ aud: lookAlike }), rejected('aud')),
  claim('an audience with a space', () => ({ aud: 'doorward ' }), rejected('aud')),
  claim('an audience with NUL behind it', () => ({ aud: 'doorward\0' }), rejected('aud')),
  claim('our audience in a list within the list', () => ({ aud: [['doorward']] }), rejected('aud')),
  claim(
    'several audiences and azp of look-alike letters',
    () => ({ aud: ['doorward', 'x'], azp: lookAlike }),
    rejected('azp'),
  ),
  claim('azp in a list', () => ({ azp: ['doorward'] }), rejected('azp')),
  claim('azp of null', () => ({ azp: null }), rejected('azp')),
  claim(
    'the issuer in capitals',
    ({ iss: issuer }) => ({ iss: String(issuer).toUpperCase() }),
    rejected('iss'),
  ),
  claim('the issuer with a fragment', ({ iss: issuer }) => ({ iss: `${String(issuer)}#` }), rejected('iss')),
  claim('the issuer with a space', ({ iss: issuer }) => ({ iss: `${String(issuer)} ` }), rejected('iss')),
  claim('the nonce with a space', ({ nonce }) => ({ nonce: `${String(nonce)} ` }), rejected('nonce')),
  claim('the nonce in capitals', ({ nonce }) => ({ nonce: String(nonce).toUpperCase() }), rejected('nonce')),
  claim('an empty nonce', () => ({ nonce: '' }), rejected('nonce')),
  claim(
    'the whole hash of the access token as at_hash',
    (_claims, { accessToken }) => ({
      at_hash: createHash('sha256').update(accessToken).digest('base64url'),
    }),
    rejected('at_hash'),
  ),
  claim(
    'the right at_hash',
    (_claims, { accessToken }) => ({
      at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    }),
    ann,
  ),
  userinfo('userinfo that is a list', (claims) => [claims], rejected('response_invalid')),
  userinfo('userinfo that is a number', () => 7, rejected('response_invalid')),
  userinfo(
    'userinfo whose subject is a list',
    (claims) => ({ ...claims, sub: ['ann'] }),
    rejected('response_invalid'),
  ),
  userinfo('userinfo whose subject has a space', (claims) => ({ ...claims, sub: 'ann ' }), rejected('sub')),
  userinfo('userinfo of look-alike letters', (claims) => ({ ...claims, sub: '\u0430nn' }), rejected('sub')),
  {
    row: 25,
    sentence: 'userinfo that is signed with a key of its own choosing is refused',
    behaviour: ({ keys }) => ({
      bareIdToken: true,
      userinfo: (claims) => signed({ ...claims }, { alg: 'RS256', jwk: keys.other.publicJwk }, keys.other),
    }),
    expected: rejected('signature'),
  },
  {
    row: 25,
    sentence: 'userinfo that is a JWT with alg none is refused though discovery offers none',
    behaviour: { bareIdToken: true, userinfo: (claims) => unsigned(claims, 'None') },
    expected: rejected('alg'),
  },
  {
    row: 26,
    sentence: 'an error and a code in one answer: the code is not redeemed',
    behaviour: { callback: (parameters) => parameters.set('error', 'access_denied') },
    async run({ rp, op }: Bench) {
      const outcome = await logIn(rp);
      if (op.count('/token') > 0) throw new Error('it was redeemed');
      return outcome;
    },
    expected: { refused: 'idp_denied' },
  },
  callback(
    'an error without a state',
    (url) => (url.search = '?error=access_denied'),
    unknown('oidc.no_state'),
  ),
  callback(
    'the code in brackets',
    (url) => (url.search = url.search.replace('code=', 'code[]=')),
    rejected('response_invalid'),
  ),
  callback(
    'the state in capitals',
    (url) => (url.search = url.search.replace('state=', 'STATE=')),
    unknown('oidc.no_state'),
  ),
  callback(
    'a state with a space behind it',
    (url) => url.searchParams.set('state', `${url.searchParams.get('state')} `),
    unknown('flow.malformed'),
  ),
  callback(
    'a state with NUL in it',
    (url) => url.searchParams.set('state', `${'a'.repeat(42)}\0`),
    unknown('flow.malformed'),
  ),
  callback(
    'a state of 43 letters beyond ASCII',
    (url) => url.searchParams.set('state', '\u0430'.repeat(43)),
    unknown('flow.malformed'),
  ),
  callback(
    'a semicolon for the ampersand',
    (url) => (url.search = url.search.replace('&', ';')),
    unknown('oidc.no_state'),
  ),
  callback(
    'another redirect_uri, client_id and scope beside the code change nothing',
    (url) => {
      url.searchParams.set('redirect_uri', 'https://evil.example/');
      url.searchParams.set('client_id', 'evil');
      url.searchParams.set('scope', 'openid admin');
      url.searchParams.set('code_verifier', 'x'.repeat(43));
    },
    ann,
  ),
  callback(
    'a token by the front channel, which nobody asked for',
    (url) => url.searchParams.set('token', 'x'),
    rejected('response'),
  ),
  iss('the issuer with a slash more as iss', (issuer) => `${issuer}/`, rejected('callback')),
  iss('the issuer in capitals as iss', (issuer) => issuer.toUpperCase(), rejected('callback')),
  iss('an empty iss is the same as none', () => '', ann),
  {
    row: 27,
    sentence: 'an empty iss where the provider says that it sends one',
    behaviour: {
      discovery: (document) => ({ ...document, authorization_response_iss_parameter_supported: true }),
      callback: (parameters) => parameters.set('iss', ''),
    },
    expected: rejected('callback'),
  },
  iss('the right iss where the provider never said that it sends one', (issuer) => issuer, ann),
  {
    row: 34,
    sentence: 'claims that are said to be at an address (distributed claims) are not fetched from there',
    module: 'distributed-claims',
    behaviour: ({ op }) => ({
      claims: (claims) => ({
        ...claims,
        groups: undefined,
        _claim_names: { groups: 'there', sub: 'there', email: 'there' },
        _claim_sources: { there: { endpoint: `${op.issuer}/claims`, access_token: 'x' } },
      }),
    }),
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      if (op.count('/claims') > 0) throw new Error('they were fetched');
      return outcome;
    },
    expected: { asserted: { subject: 'ann', groups: { kind: 'overage' } } },
  },
  {
    row: 34,
    sentence: 'claims that somebody else signed (aggregated claims) are not believed',
    module: 'aggregated-claims',
    behaviour: ({ keys }) => ({
      async idToken(claims, { key }) {
        const theirs = await signed(
          { sub: 'root', email: 'boss@acme.example', groups: ['admins'] },
          { alg: 'RS256' },
          keys.other,
        );
        const more = {
          _claim_names: { email: 'them', groups: 'them' },
          _claim_sources: { them: { JWT: theirs } },
        };
        return signed({ ...claims, ...more }, { alg: 'RS256', kid: key.kid }, key);
      },
    }),
    expected: { asserted: { subject: 'ann', email: 'ann@acme.example', groups: { kind: 'overage' } } },
  },
];
