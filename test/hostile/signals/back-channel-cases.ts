import { randomUUID, createHmac, createPublicKey } from 'node:crypto';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import type { OidcProviderConfig } from '../../../src/config/index.ts';
import type { Behaviour, OpKey } from '../../support/hostile-op.ts';
import { assertionOf, type SignalsBench } from './bench.ts';

type Json = Record<string, unknown>;

const event = 'http://schemas.openid.net/event/backchannel-logout';
const everybody = ['ann', 'ann at another computer', 'ann by another provider', 'bob'];
const without = (...gone: string[]): string[] => everybody.filter((name) => !gone.includes(name));

/** One way to attack, or to be odd, as data. */
export interface BackChannelCase {
  readonly row: 38;
  readonly sentence: string;
  readonly config?: Partial<OidcProviderConfig>;
  readonly behaviour?: Behaviour;
  /** Changes the claims of a good logout token. */
  readonly claims?: (good: Json, bench: SignalsBench) => Json;
  readonly header?: Json;
  readonly key?: (bench: SignalsBench) => OpKey;
  /** Makes the token itself. */
  readonly token?: (good: Json, bench: SignalsBench) => Promise<string> | string;
  /** Makes the request itself. */
  readonly request?: (token: string) => RequestInit;
  readonly path?: string;
  /** What is done in place of one request; gives the statuses. */
  readonly run?: (
    send: (token?: string) => Promise<Response>,
    bench: SignalsBench,
  ) => Promise<readonly number[]>;
  readonly expected: { readonly status: number | readonly number[]; readonly living: readonly string[] };
}

const refused = { status: 400, living: everybody } as const;
const ended = { status: 200, living: without('ann') } as const;

export function goodClaims(bench: SignalsBench): Json {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: bench.op.state.issuer,
    aud: 'doorward',
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    sub: 'ann',
    sid: 'sid-ann',
    events: { [event]: {} },
  };
}

export async function signed(claims: Json, key: OpKey, header: Json = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'logout+jwt', ...header } as JWTHeaderParameters)
    .sign(key.privateKey);
}

const drop =
  (...names: string[]) =>
  (good: Json): Json =>
    Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));
const put =
  (changes: Json) =>
  (good: Json): Json => ({ ...good, ...changes });
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const form = (fields: readonly (readonly [string, string])[]): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields.map(([name, value]) => [name, value])),
});

export const backChannelCases: readonly BackChannelCase[] = [
  { row: 38, sentence: 'a good token with sid and sub ends that session and no other', expected: ended },
  {
    row: 38,
    sentence: 'a good token with a sid alone ends that session',
    claims: drop('sub'),
    expected: ended,
  },
  {
    row: 38,
    sentence: 'a good token with a sub alone ends all sessions of the person at this provider',
    claims: drop('sid'),
    expected: { status: 200, living: without('ann', 'ann at another computer') },
  },
  {
    row: 38,
    sentence: 'a good token of somebody who is not here is answered in the same way',
    claims: put({ sid: 'sid-nobody', sub: 'nobody' }),
    expected: { status: 200, living: everybody },
  },
  {
    row: 38,
    sentence: 'a token typed application/logout+jwt',
    header: { typ: 'application/LOGOUT+JWT' },
    expected: ended,
  },
  { row: 38, sentence: 'a token typed JWT', header: { typ: 'JWT' }, expected: ended },
  { row: 38, sentence: 'a token without a type', header: { typ: undefined }, expected: ended },
  {
    row: 38,
    sentence: 'a token for several audiences, us among them',
    claims: put({ aud: ['other', 'doorward'] }),
    expected: ended,
  },
  {
    row: 38,
    sentence: 'a token by a key that came with a rotation',
    key: (bench) => bench.keys.other,
    run: async (send, bench) => {
      bench.op.state.key = bench.keys.other;
      return [(await send()).status];
    },
    expected: { status: [200], living: without('ann') },
  },
  // Who signs
  {
    row: 38,
    sentence: 'alg none',
    token: (good) => `${encode({ alg: 'none', typ: 'logout+jwt' })}.${encode(good)}.`,
    expected: refused,
  },
  {
    row: 38,
    sentence: 'alg none with something for a signature',
    token: (good) => `${encode({ alg: 'none', typ: 'logout+jwt' })}.${encode(good)}.AAAA`,
    expected: refused,
  },
  {
    row: 38,
    sentence: 'HS256 keyed with the public key',
    token(good, { op }) {
      const text = `${encode({ alg: 'HS256', kid: op.state.key.kid, typ: 'logout+jwt' })}.${encode(good)}`;
      const pem = createPublicKey({ key: op.state.key.publicJwk as never, format: 'jwk' }).export({
        type: 'spki',
        format: 'pem',
      });
      return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    },
    expected: refused,
  },
  {
    row: 38,
    sentence: 'HS256 keyed with the client secret',
    token(good) {
      const text = `${encode({ alg: 'HS256', typ: 'logout+jwt' })}.${encode(good)}`;
      const secret = 'a-client-secret-of-forty-characters-0123';
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    },
    expected: refused,
  },
  {
    row: 38,
    sentence: 'an algorithm that the file of the provider does not allow',
    key: (bench) => bench.keys.ec,
    async run(send, bench) {
      bench.op.state.key = bench.keys.ec;
      return [(await send()).status];
    },
    expected: { status: [400], living: everybody },
  },
  {
    row: 38,
    sentence: "a key that is not the provider's",
    key: (bench) => bench.keys.other,
    expected: refused,
  },
  {
    row: 38,
    sentence: "a key that is not the provider's under the key id of one that is",
    key: (bench) => ({ ...bench.keys.other, kid: bench.op.state.key.kid }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a key that the token brings along in its header',
    key: (bench) => bench.keys.other,
    token: (good, bench) =>
      signed(good, bench.keys.other, { jwk: bench.keys.other.publicJwk, kid: undefined }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'claims that were changed after signing',
    async token(good, bench) {
      const [header, , signature] = (await signed({ ...good, sid: 'x' }, bench.op.state.key)).split('.');
      return `${header}.${encode(good)}.${signature}`;
    },
    expected: refused,
  },
  {
    row: 38,
    sentence: 'no keys to be had: the key set answers 500',
    behaviour: { status: { '/jwks': 500 } },
    expected: refused,
  },
  {
    row: 38,
    sentence: 'no keys to be had: the key set is no JSON',
    behaviour: { keys: () => 'no' },
    expected: refused,
  },
  {
    row: 38,
    sentence: 'no keys to be had: the key set is empty',
    behaviour: { keys: () => ({ keys: [] }) },
    expected: refused,
  },
  {
    row: 38,
    sentence: 'no keys to be had: discovery answers 503',
    behaviour: { status: { '/.well-known/openid-configuration': 503 } },
    expected: refused,
  },
  // What it says
  { row: 38, sentence: 'another issuer', claims: put({ iss: 'https://evil.example' }), expected: refused },
  {
    row: 38,
    sentence: 'the issuer with a slash behind it',
    claims: (good) => ({ ...good, iss: `${String(good['iss'])}/` }),
    expected: refused,
  },
  { row: 38, sentence: 'no issuer', claims: drop('iss'), expected: refused },
  { row: 38, sentence: 'the token of another client', claims: put({ aud: 'other' }), expected: refused },
  { row: 38, sentence: 'no audience', claims: drop('aud'), expected: refused },
  {
    row: 38,
    sentence: 'an audience that only contains our client id',
    claims: put({ aud: 'doorward-test' }),
    expected: refused,
  },
  { row: 38, sentence: 'no time of issue', claims: drop('iat'), expected: refused },
  {
    row: 38,
    sentence: 'a time of issue in the future',
    claims: put({ iat: seconds(600), exp: seconds(900) }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a time of issue an hour ago',
    claims: put({ iat: seconds(-3600) }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a time of issue that is text',
    claims: put({ iat: String(seconds(0)) }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'expired',
    claims: put({ iat: seconds(-300), exp: seconds(-180) }),
    expected: refused,
  },
  { row: 38, sentence: 'no expiry', claims: drop('exp'), expected: refused },
  { row: 38, sentence: 'an expiry that is no number', claims: put({ exp: 'tomorrow' }), expected: refused },
  { row: 38, sentence: 'a nonce', claims: put({ nonce: 'n' }), expected: refused },
  { row: 38, sentence: 'a nonce that is null', claims: put({ nonce: null }), expected: refused },
  {
    row: 38,
    sentence: 'an ID token in its place',
    header: { typ: 'JWT' },
    claims: (good) => ({ ...drop('events', 'jti')(good), nonce: 'n', auth_time: good['iat'] }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'an ID token without a nonce in its place',
    header: { typ: 'JWT' },
    claims: drop('events'),
    expected: refused,
  },
  { row: 38, sentence: 'an access token in its place', header: { typ: 'at+jwt' }, expected: refused },
  {
    row: 38,
    sentence: 'a security event token in its place',
    header: { typ: 'secevent+jwt' },
    expected: refused,
  },
  { row: 38, sentence: 'no events', claims: drop('events'), expected: refused },
  { row: 38, sentence: 'events that are empty', claims: put({ events: {} }), expected: refused },
  {
    row: 38,
    sentence: 'another event',
    claims: put({ events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} } }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'the event and another one',
    claims: put({ events: { [event]: {}, 'urn:example:more': {} } }),
    expected: refused,
  },
  { row: 38, sentence: 'events as a list', claims: put({ events: [event] }), expected: refused },
  { row: 38, sentence: 'events as text', claims: put({ events: event }), expected: refused },
  {
    row: 38,
    sentence: 'an event whose value is no object',
    claims: put({ events: { [event]: true } }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'an event whose value is null',
    claims: put({ events: { [event]: null } }),
    expected: refused,
  },
  { row: 38, sentence: 'neither sid nor sub', claims: drop('sid', 'sub'), expected: refused },
  { row: 38, sentence: 'a sid that is empty', claims: put({ sid: '' }), expected: refused },
  {
    row: 38,
    sentence: 'a sid that is a list',
    claims: put({ sid: ['sid-ann', 'sid-bob'] }),
    expected: refused,
  },
  { row: 38, sentence: 'a sub that is an object', claims: put({ sub: { sub: 'ann' } }), expected: refused },
  {
    row: 38,
    sentence: 'the sid of one person with the sub of another ends nothing',
    claims: put({ sub: 'bob' }),
    expected: { status: 200, living: everybody },
  },
  {
    row: 38,
    sentence: 'a sub where logins know people by another claim is not guessed at',
    config: {
      claims: {
        subject: ['oid', 'sub'],
        userName: [],
        email: [],
        displayName: [],
        givenName: [],
        familyName: [],
      },
    },
    claims: drop('sid'),
    expected: refused,
  },
  { row: 38, sentence: 'no jti', claims: drop('jti'), expected: refused },
  { row: 38, sentence: 'a jti that is empty', claims: put({ jti: '' }), expected: refused },
  {
    row: 38,
    sentence: 'a jti once more, after the person signed in again',
    async run(send, bench) {
      const token = await signed(goodClaims(bench), bench.op.state.key);
      const first = await send(token);
      await bench.signIn('ann');
      return [first.status, (await send(token)).status];
    },
    expected: { status: [200, 400], living: everybody },
  },
  {
    row: 38,
    sentence: 'a jti once more in a token with another time',
    async run(send, bench) {
      const good = goodClaims(bench);
      const first = await send(await signed(good, bench.op.state.key));
      await bench.signIn('ann');
      const again = await signed({ ...good, exp: seconds(300) }, bench.op.state.key);
      return [first.status, (await send(again)).status];
    },
    expected: { status: [200, 400], living: everybody },
  },
  {
    row: 38,
    sentence: 'the same token ten times at once has its effect once',
    async run(send, bench) {
      const token = await signed(goodClaims(bench), bench.op.state.key);
      const all = await Promise.all(Array.from({ length: 10 }, () => send(token)));
      const gone = bench.events.filter(({ type }) => type === 'session.ended').length;
      return [...all.map(({ status }) => status).sort(), gone];
    },
    expected: { status: [200, ...Array<number>(9).fill(400), 1], living: without('ann') },
  },
  {
    row: 38,
    sentence: 'a token that could not be written down may come again',
    async run(send, bench) {
      const token = await signed(goodClaims(bench), bench.op.state.key);
      bench.world.auditFails = true;
      const first = await send(token);
      bench.world.auditFails = false;
      return [first.status, (await send(token)).status];
    },
    expected: { status: [503, 200], living: without('ann') },
  },
  {
    row: 38,
    sentence: 'a replay record that cannot be had: nothing ends',
    async run(send, bench) {
      bench.world.transientFails = true;
      return [(await send()).status];
    },
    expected: { status: [503], living: everybody },
  },
  {
    row: 38,
    sentence: 'a login that was under way when the token came is dead, and a later one lives',
    async run(send, bench) {
      const { status } = await send();
      const now = Date.now();
      const before = await bench.signals.endedAtIdp(assertionOf(bench, now - 5_000), now - 4_000);
      const after = await bench.signals.endedAtIdp(assertionOf(bench, now + 2_000), now + 2_500);
      return [status, Number(before), Number(after)];
    },
    expected: { status: [200, 1, 0], living: without('ann') },
  },
  // How it comes
  {
    row: 38,
    sentence: 'two tokens in one form',
    request: (token) =>
      form([
        ['logout_token', token],
        ['logout_token', token],
      ]),
    expected: refused,
  },
  { row: 38, sentence: 'no token in the form', request: () => form([['token', 'x']]), expected: refused },
  {
    row: 38,
    sentence: 'a token that is empty',
    request: () => form([['logout_token', '']]),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a token that is no JWT',
    request: () => form([['logout_token', 'no.jwt']]),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a JWE in its place',
    request: () => form([['logout_token', 'a.b.c.d.e']]),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'the token as JSON',
    request: (token) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ logout_token: token }),
    }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'the token as the whole body',
    request: (token) => ({ method: 'POST', headers: { 'content-type': 'application/jwt' }, body: token }),
    expected: refused,
  },
  {
    row: 38,
    sentence: 'a form of a megabyte',
    request: (token) =>
      form([
        ['logout_token', token],
        ['more', 'x'.repeat(1_000_000)],
      ]),
    expected: { status: 413, living: everybody },
  },
  { row: 38, sentence: 'a token of a megabyte', token: () => `${'a'.repeat(20_000)}.b.c`, expected: refused },
  {
    row: 38,
    sentence: 'the token in the query of a GET',
    request: () => ({ method: 'GET' }),
    expected: { status: 405, living: everybody },
  },
  {
    row: 38,
    sentence: 'the token at the address of another provider',
    path: '/sso/backchannel/elsewhere',
    expected: refused,
  },
  {
    row: 38,
    sentence: 'the token at the address of nobody',
    path: '/sso/backchannel/__proto__',
    expected: { status: 404, living: everybody },
  },
];
