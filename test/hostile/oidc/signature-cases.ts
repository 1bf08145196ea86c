import { encode, hmacSigned, signed, unsigned } from '../../support/hostile-op.ts';
import { logIn, rpClient } from '../../support/oidc-rp.ts';
import { ann, type OidcCase, rejected } from './case.ts';

const flip = (jwt: string): string => {
  const at = jwt.lastIndexOf('.') + 10;
  return `${jwt.slice(0, at)}${jwt[at] === 'A' ? 'B' : 'A'}${jwt.slice(at + 1)}`;
};

/** Row 24: who signed it, and how. */
export const signatureCases: readonly OidcCase[] = [
  {
    row: 24,
    module: 'idtoken-sig-rs256',
    sentence: 'an ID token signed with RS256 is accepted',
    expected: ann,
  },
  {
    row: 24,
    module: 'idtoken-sig-none',
    sentence: 'an ID token without a signature is refused',
    behaviour: { idToken: (claims) => unsigned(claims) },
    expected: rejected('alg'),
  },
  {
    row: 24,
    sentence: 'alg "nOnE" is refused like "none"',
    behaviour: { idToken: (claims) => unsigned(claims, 'nOnE') },
    expected: rejected('alg'),
  },
  {
    row: 24,
    sentence: 'alg none is refused even where the file lists it',
    config: { idTokenAlgs: ['RS256', 'none'] },
    behaviour: { idToken: (claims) => unsigned(claims) },
    expected: rejected('response'),
  },
  {
    row: 24,
    module: 'invalid-sig-rs256',
    sentence: 'a broken RS256 signature is refused although it came from the token endpoint',
    behaviour: { tamper: flip },
    expected: rejected('signature'),
  },
  {
    row: 24,
    module: 'invalid-sig-es256',
    sentence: 'a broken ES256 signature is refused',
    config: { idTokenAlgs: ['ES256'] },
    behaviour: ({ op, keys }) => ({
      keys: () => ({ keys: [keys.ec.publicJwk] }),
      idToken: async (claims) => flip(await signed(claims, { alg: 'ES256', kid: keys.ec.kid }, keys.ec)),
      claims: (claims) => ({ ...claims, iss: op.issuer }),
    }),
    expected: rejected('signature'),
  },
  {
    row: 24,
    sentence: 'a good ES256 signature is accepted where the file allows it',
    config: { idTokenAlgs: ['ES256'] },
    behaviour: ({ keys }) => ({
      keys: () => ({ keys: [keys.ec.publicJwk] }),
      idToken: (claims) => signed(claims, { alg: 'ES256', kid: keys.ec.kid }, keys.ec),
    }),
    expected: ann,
  },
  {
    row: 24,
    sentence: 'a good ES256 signature is refused where the file allows RS256 only',
    behaviour: ({ keys }) => ({
      keys: () => ({ keys: [keys.ec.publicJwk] }),
      idToken: (claims) => signed(claims, { alg: 'ES256', kid: keys.ec.kid }, keys.ec),
    }),
    expected: rejected('alg'),
  },
  {
    row: 24,
    module: 'invalid-sig-hs256',
    sentence: 'an HMAC with the client secret is refused',
    behaviour: { idToken: (claims) => hmacSigned(claims, rpClient.secret) },
    expected: rejected('alg'),
  },
  {
    row: 24,
    sentence: 'an HMAC with the public key as its secret is refused',
    behaviour: {
      idToken: (claims, { key }) => hmacSigned(claims, JSON.stringify(key.publicJwk), { kid: key.kid }),
    },
    expected: rejected('alg'),
  },
  {
    row: 24,
    sentence: 'an HMAC is refused even where the file lists HS256',
    config: { idTokenAlgs: ['RS256', 'HS256'] },
    behaviour: { idToken: (claims) => hmacSigned(claims, rpClient.secret) },
    expected: rejected('response'),
  },
  {
    row: 24,
    sentence: "a stranger's signature under the provider's key id is refused",
    behaviour: ({ keys }) => ({
      idToken: (claims, { key }) => signed(claims, { alg: 'RS256', kid: key.kid }, keys.other),
    }),
    expected: rejected('signature'),
  },
  {
    row: 24,
    sentence: 'a key that the token brings along (jwk) is not used',
    behaviour: ({ keys }) => ({
      idToken: (claims, { key }) =>
        signed(claims, { alg: 'RS256', kid: key.kid, jwk: keys.other.publicJwk }, keys.other),
    }),
    expected: rejected('signature'),
  },
  {
    row: 24,
    sentence: 'a key that the token points to (jku, x5u) is not fetched',
    behaviour: ({ op, keys }) => ({
      idToken: (claims, { key }) =>
        signed(
          claims,
          { alg: 'RS256', kid: key.kid, jku: `${op.issuer}/evil`, x5u: `${op.issuer}/evil` },
          keys.other,
        ),
    }),
    async run(bench) {
      const outcome = await logIn(bench.rp);
      if (bench.op.count('/evil') > 0) throw new Error('the key was fetched');
      return outcome;
    },
    expected: rejected('signature'),
  },
  {
    row: 24,
    sentence: 'a signature over other claims is refused',
    behaviour: {
      tamper: (jwt) => {
        const [header, payload = '', signature] = jwt.split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
        return `${header}.${encode({ ...claims, sub: 'root' })}.${signature}`;
      },
    },
    expected: rejected('signature'),
  },
  {
    row: 24,
    sentence: 'an unknown critical header is refused',
    behaviour: { header: (header) => ({ ...header, crit: ['b64'], b64: true }) },
    expected: rejected('response'),
  },
  {
    row: 24,
    sentence: 'an RSA key of 1024 bits is refused',
    behaviour: ({ keys }) => ({
      keys: () => ({ keys: [keys.short.publicJwk] }),
      idToken: (claims) => signedShort(claims, keys.short.kid),
    }),
    expected: rejected('response'),
  },
  {
    row: 24,
    sentence: 'an encrypted ID token is refused where nobody agreed on encryption',
    behaviour: { tamper: (jwt) => `${jwt}.AAAA.AAAA` },
    expected: rejected('response'),
  },
  {
    row: 24,
    sentence: 'a token of two parts is refused',
    behaviour: { tamper: (jwt) => jwt.slice(0, jwt.lastIndexOf('.')) },
    expected: rejected('response_invalid'),
  },
  {
    row: 24,
    module: 'kid-absent-single-jwks',
    sentence: 'without a key id, the only key is used',
    behaviour: { header: ({ alg }) => ({ alg }) },
    expected: ann,
  },
  {
    row: 24,
    module: 'kid-absent-multiple-jwks',
    sentence: 'without a key id, and with several keys, nothing is guessed',
    behaviour: ({ keys }) => ({
      header: ({ alg }) => ({ alg }),
      keys: (own) => ({ keys: [...own, keys.other.publicJwk] }),
    }),
    expected: rejected('key'),
  },
  {
    row: 24,
    sentence: 'a key published for encryption verifies nothing',
    behaviour: { keys: ([key]) => ({ keys: [{ ...key, use: 'enc' }] }) },
    expected: rejected('key'),
  },
];

/** Three parts that look right: the key is refused before the signature is. */
function signedShort(claims: object, kid: string): string {
  return `${encode({ alg: 'RS256', kid })}.${encode(claims)}.${Buffer.alloc(128, 1).toString('base64url')}`;
}
