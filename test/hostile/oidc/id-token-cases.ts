import type { Grant, Json } from '../../support/hostile-op.ts';
import { ann, type Expected, type OidcCase, rejected } from './case.ts';

const now = (): number => Math.floor(Date.now() / 1000);

function claim(
  sentence: string,
  change: (claims: Json, grant: Grant) => Json,
  expected: Expected,
  module?: string,
): OidcCase {
  return {
    row: 25,
    sentence,
    behaviour: { claims: (claims, grant) => ({ ...claims, ...change(claims, grant) }) },
    expected,
    ...(module !== undefined && { module }),
  };
}

/** Row 25: the claims that make it an ID token for us, now, about this login. */
export const idTokenCases: readonly OidcCase[] = [
  claim('another issuer', () => ({ iss: 'https://evil.example' }), rejected('iss'), 'invalid-iss'),
  claim('no issuer', () => ({ iss: undefined }), rejected('iss')),
  claim('the issuer with a slash more', ({ iss }) => ({ iss: `${String(iss)}/` }), rejected('iss')),
  claim('a list as issuer', ({ iss }) => ({ iss: [iss] }), rejected('claim_type')),
  claim('another audience', () => ({ aud: 'somebody-else' }), rejected('aud'), 'invalid-aud'),
  claim('no audience', () => ({ aud: undefined }), rejected('aud'), 'missing-aud'),
  claim('an empty list of audiences', () => ({ aud: [] }), rejected('aud')),
  claim('an audience that only begins like ours', () => ({ aud: 'doorward-2' }), rejected('aud')),
  claim('an audience in capitals', () => ({ aud: 'DOORWARD' }), rejected('aud')),
  claim('an object as audience', () => ({ aud: { doorward: true } }), rejected('claim_type')),
  claim('our audience as a list of one', () => ({ aud: ['doorward'] }), ann),
  claim('several audiences and no azp', () => ({ aud: ['doorward', 'other'] }), rejected('aud')),
  claim(
    'several audiences and azp of another',
    () => ({ aud: ['doorward', 'other'], azp: 'other' }),
    rejected('azp'),
  ),
  claim('several audiences and azp of ours', () => ({ aud: ['doorward', 'other'], azp: 'doorward' }), ann),
  claim('one audience and azp of another', () => ({ azp: 'other' }), rejected('azp')),
  claim('no expiry', () => ({ exp: undefined }), rejected('exp')),
  claim('expired a minute ago', () => ({ exp: now() - 60 }), rejected('exp')),
  claim('expired within the tolerance', () => ({ exp: now() - 5 }), ann),
  claim('an expiry that is text', () => ({ exp: String(now() + 300) }), rejected('claim_type')),
  claim('an expiry of null', () => ({ exp: null }), rejected('claim_type')),
  claim('no time of issue', () => ({ iat: undefined }), rejected('iat'), 'missing-iat'),
  claim('issued an hour from now', () => ({ iat: now() + 3600 }), rejected('iat')),
  claim('issued within the tolerance from now', () => ({ iat: now() + 5 }), ann),
  claim('a time of issue that is text', () => ({ iat: 'now' }), rejected('claim_type')),
  claim('a negative time of issue', () => ({ iat: -1 }), rejected('iat')),
  claim('not valid before an hour from now', () => ({ nbf: now() + 3600 }), rejected('nbf')),
  claim('signed in an hour from now', () => ({ auth_time: now() + 3600 }), rejected('auth_time')),
  claim('another nonce', () => ({ nonce: 'another' }), rejected('nonce'), 'nonce-invalid'),
  claim('no nonce', () => ({ nonce: undefined }), rejected('nonce')),
  claim('the nonce in a list', ({ nonce }) => ({ nonce: [nonce] }), rejected('nonce')),
  claim('no subject', () => ({ sub: undefined }), rejected('sub'), 'missing-sub'),
  claim('an empty subject', () => ({ sub: '' }), rejected('sub')),
  claim('a number as subject', () => ({ sub: 7 }), rejected('claim_type')),
  claim('an object as subject', () => ({ sub: { toString: 'ann' } }), rejected('claim_type')),
  claim('a subject of 256 characters', () => ({ sub: 'a'.repeat(256) }), rejected('sub')),
  claim('a subject beyond ASCII', () => ({ sub: 'аnn' }), rejected('sub')),
  claim('a subject with NUL in it', () => ({ sub: 'ann\u0000' }), rejected('sub')),
  claim('a subject with a line break in it', () => ({ sub: 'ann\r\nX-Auth: root' }), rejected('sub')),
  claim(
    'a wrong at_hash',
    () => ({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    rejected('at_hash'),
    'invalid-athash',
  ),
  claim('an at_hash that is no text', () => ({ at_hash: null }), rejected('at_hash')),
  claim('no at_hash, which the code flow allows', () => ({ at_hash: undefined }), ann, 'missing-athash'),
  {
    row: 25,
    sentence: 'no ID token at all',
    behaviour: { token: (response) => ({ ...response, id_token: undefined }) },
    expected: rejected('response_invalid'),
  },
  {
    row: 25,
    sentence: 'an ID token that is a list',
    behaviour: { token: (response) => ({ ...response, id_token: [response['id_token']] }) },
    expected: rejected('response_invalid'),
  },
  {
    row: 25,
    module: 'userinfo-invalid-sub',
    sentence: 'userinfo of another person',
    behaviour: { bareIdToken: true, userinfo: (claims) => ({ ...claims, sub: 'root' }) },
    expected: rejected('sub'),
  },
  {
    row: 25,
    sentence: 'userinfo without a subject',
    behaviour: { bareIdToken: true, userinfo: (claims) => ({ ...claims, sub: undefined }) },
    expected: rejected('response_invalid'),
  },
];
