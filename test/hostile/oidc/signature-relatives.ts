import { encode, type Grant, hmacSigned, type Json, signedByHand } from '../../support/hostile-op.ts';
import { rpClient } from '../../support/oidc-rp.ts';
import { ann, type Expected, type OidcCase, rejected } from './case.ts';

const header = (sentence: string, change: Json, expected: Expected): OidcCase => ({
  row: 24,
  sentence,
  behaviour: { header: (good) => ({ ...good, ...change }) },
  expected,
});
/** The same for a header that no library would sign. */
const oddHeader = (sentence: string, change: Json, expected: Expected): OidcCase => ({
  row: 24,
  sentence,
  behaviour: {
    idToken: (claims, { key }) => signedByHand(claims, { alg: key.alg, kid: key.kid, ...change }, key),
  },
  expected,
});
const token = (sentence: string, tamper: (jwt: string) => string, expected: Expected): OidcCase => ({
  row: 24,
  sentence,
  behaviour: { tamper },
  expected,
});
const hmac = (sentence: string, secret: (grant: Grant) => string, alg: string): OidcCase => ({
  row: 24,
  sentence,
  behaviour: { idToken: (claims, grant) => hmacSigned(claims, secret(grant), { alg, kid: grant.key.kid }) },
  expected: rejected('alg'),
});

/** Row 24 once more: headers and signatures that somebody would try next who has read the list. */
export const signatureRelatives: readonly OidcCase[] = [
  hmac('an HMAC keyed with the modulus of the public key', ({ key }) => key.publicJwk.n ?? '', 'HS256'),
  hmac('HS384 keyed with the client secret', () => rpClient.secret, 'HS384'),
  hmac('HS512 keyed with nothing', () => '', 'HS512'),
  {
    row: 24,
    sentence: 'a shared secret that the provider publishes among its keys verifies nothing',
    behaviour: {
      keys: ([key]) => ({ keys: [key, { kty: 'oct', kid: 'o', k: 'AAAA', alg: 'HS256' }] }),
      idToken: (claims) => hmacSigned(claims, '\0\0\0', { kid: 'o' }),
    },
    expected: rejected('alg'),
  },
  header('the algorithm in lower case', { alg: 'rs256' }, rejected('alg')),
  header('a list of algorithms', { alg: ['RS256'] }, rejected('alg')),
  header('no algorithm', { alg: undefined }, rejected('alg')),
  header('PS256 where the file allows RS256 only', { alg: 'PS256' }, rejected('alg')),
  header('RS512 where the file allows RS256 only', { alg: 'RS512' }, rejected('alg')),
  header('a key id that is a path', { kid: '../../../../dev/null' }, rejected('key')),
  header('a key id that is an address', { kid: 'http://127.0.0.1:9/key' }, rejected('key')),
  header('a key id that is a query', { kid: "x' UNION SELECT 'key" }, rejected('key')),
  header('a key id of __proto__', { kid: '__proto__' }, rejected('key')),
  header('a key id of 100 kB', { kid: 'k'.repeat(100_000) }, rejected('key')),
  oddHeader('a critical header that everybody knows', { crit: ['alg'] }, rejected('response')),
  oddHeader('an empty list of critical headers', { crit: [] }, rejected('response')),
  oddHeader('a payload that is said not to be encoded', { b64: false, crit: ['b64'] }, rejected('response')),
  header('certificates that the token brings along (x5c) change nothing', { x5c: ['AAAA'] }, ann),
  header('an access token in its place (at+jwt)', { typ: 'at+jwt' }, rejected('typ')),
  header('a logout token in its place', { typ: 'logout+jwt' }, rejected('typ')),
  header(
    'a security event in its place, by its long name',
    { typ: 'application/secevent+jwt' },
    rejected('typ'),
  ),
  header(
    'the signed answer of an authorization endpoint in its place',
    { typ: 'OAUTH-AUTHZ-RESP+JWT' },
    rejected('typ'),
  ),
  header('a type that is no text', { typ: ['JWT'] }, rejected('typ')),
  header('typ JWT is what it is', { typ: 'JWT' }, ann),
  header('typ in small letters is what it is', { typ: 'jwt' }, ann),
  header('a token that says it holds another token (cty)', { cty: 'JWT' }, ann),
  {
    row: 24,
    sentence: 'an ES256 signature of zeros',
    config: { idTokenAlgs: ['ES256'] },
    behaviour: ({ keys }) => ({
      keys: () => ({ keys: [keys.ec.publicJwk] }),
      idToken: (claims) =>
        `${encode({ alg: 'ES256', kid: keys.ec.kid })}.${encode(claims)}.${Buffer.alloc(64).toString('base64url')}`,
    }),
    expected: rejected('signature'),
  },
  token('no bytes of signature', (jwt) => jwt.slice(0, jwt.lastIndexOf('.') + 1), rejected('signature')),
  token(
    'the signature twice',
    (jwt) => `${jwt}${jwt.slice(jwt.lastIndexOf('.') + 1)}`,
    rejected('signature'),
  ),
  token('a header that is no JSON', (jwt) => `AAAA${jwt.slice(jwt.indexOf('.'))}`, rejected('response')),
  token(
    'a token within the token',
    (jwt) => {
      const [first = '', , last = ''] = jwt.split('.');
      return `${first}.${Buffer.from(jwt).toString('base64url')}.${last}`;
    },
    rejected('response'),
  ),
  token('two tokens in a row', (jwt) => `${jwt}.${jwt}`, rejected('response_invalid')),
];
