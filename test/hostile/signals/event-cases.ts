import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import type { Behaviour, OpKey } from '../../support/hostile-op.ts';
import { assertionOf, type SignalsBench } from './bench.ts';

type Json = Record<string, unknown>;

export const sender = 'https://ssf.example/tenant';
export const streamSecret = 'a-secret-of-the-push-stream';
const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const risc = 'https://schemas.openid.net/secevent/risc/event-type/';
const ssf = 'https://schemas.openid.net/secevent/ssf/event-type/';

const everybody = ['ann', 'ann at another computer', 'ann by another provider', 'bob'];
const without = (...gone: string[]): string[] => everybody.filter((name) => !gone.includes(name));
const annHere = without('ann', 'ann at another computer');

interface Expected {
  readonly status: number | readonly number[];
  readonly living: readonly string[];
  /** Who is switched off afterwards, and who said so. */
  readonly off?: Readonly<Record<string, string>>;
  /** The word of RFC 8935 in the answer. */
  readonly err?: string;
  /** What the audit trail says came of it. */
  readonly effect?: string;
}

/** One event, good, odd or hostile, as data. */
export interface EventCase {
  /** The row of the checklist for logout tokens; security events are their relatives. */
  readonly row: 38;
  readonly sentence: string;
  readonly behaviour?: Behaviour;
  readonly event?: (bench: SignalsBench) => readonly [type: string, payload: Json];
  readonly subject?: (bench: SignalsBench) => unknown;
  readonly claims?: (good: Json) => Json;
  readonly header?: Json;
  readonly key?: (bench: SignalsBench) => OpKey;
  readonly token?: (good: Json, bench: SignalsBench) => string | Promise<string>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly method?: string;
  /** Before the event. */
  readonly before?: (bench: SignalsBench) => Promise<void> | void;
  readonly run?: (
    send: (token?: string) => Promise<Response>,
    bench: SignalsBench,
  ) => Promise<readonly number[]>;
  readonly expected: Expected;
}

export const issSub =
  (sub: string) =>
  ({ op }: SignalsBench): Json => ({ format: 'iss_sub', iss: op.state.issuer, sub });

export function goodEvent(bench: SignalsBench, one: Partial<EventCase> = {}): Json {
  const [type, payload] = one.event?.(bench) ?? [`${caep}session-revoked`, {}];
  const subject = one.subject === undefined ? issSub('ann')(bench) : one.subject(bench);
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: sender,
    aud: 'doorward',
    jti: randomUUID(),
    iat: now,
    ...(subject !== undefined && { sub_id: subject }),
    events: { [type]: { event_timestamp: now, ...payload } },
  };
}

export async function signedEvent(claims: Json, key: OpKey, header: Json = {}): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'secevent+jwt', ...header } as JWTHeaderParameters)
    .sign(key.privateKey);
}

const put =
  (changes: Json) =>
  (good: Json): Json => ({ ...good, ...changes });
const drop =
  (name: string) =>
  (good: Json): Json =>
    Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = (err: string, status = 400): Expected => ({ status, living: everybody, err });
const nothing = (effect: string): Expected => ({ status: 202, living: everybody, effect });
const invalid = refused('invalid_request');

const of =
  (type: string, payload: Json = {}) =>
  (): readonly [string, Json] => [type, payload];
const complex =
  (parts: (bench: SignalsBench) => Json) =>
  (bench: SignalsBench): Json => ({ format: 'complex', ...parts(bench) });

/** What each kind of event leads to. */
const effects: readonly EventCase[] = [
  {
    row: 38,
    sentence: 'session-revoked ends the sessions of the person by this provider, and no other',
    expected: { status: 202, living: annHere, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'session-revoked that names a session ends that one',
    subject: complex((bench) => ({
      user: issSub('ann')(bench),
      session: { format: 'opaque', id: 'sid-ann' },
    })),
    expected: { status: 202, living: without('ann'), effect: 'end' },
  },
  {
    row: 38,
    sentence: 'session-revoked that names a session alone ends that one',
    subject: complex(() => ({ session: { format: 'opaque', id: 'sid-ann-2' } })),
    expected: { status: 202, living: without('ann at another computer'), effect: 'end' },
  },
  {
    row: 38,
    sentence: 'session-revoked with the session of one person and the name of another ends nothing',
    subject: complex((bench) => ({
      user: issSub('bob')(bench),
      session: { format: 'opaque', id: 'sid-ann' },
    })),
    expected: { status: 202, living: everybody, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'session-revoked of a device that we know nothing of ends nothing',
    subject: complex(() => ({ device: { format: 'opaque', id: 'laptop' } })),
    expected: nothing('not_ours'),
  },
  {
    row: 38,
    sentence: 'credential-change: a password that was changed ends sessions',
    event: of(`${caep}credential-change`, { change_type: 'update' }),
    expected: { status: 202, living: annHere, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'credential-change: a credential that was revoked ends sessions',
    event: of(`${caep}credential-change`, { change_type: 'revoke' }),
    expected: { status: 202, living: annHere, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'credential-change: a further credential ends nothing',
    event: of(`${caep}credential-change`, { change_type: 'create' }),
    expected: nothing('none'),
  },
  {
    row: 38,
    sentence: 'credential-change that does not say what changed ends sessions',
    event: of(`${caep}credential-change`),
    expected: { status: 202, living: annHere, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'account-disabled ends every session of the person and switches them off',
    event: of(`${risc}account-disabled`, { reason: 'hijacking' }),
    expected: { status: 202, living: ['bob'], off: { 'user-ann': 'signals:op' }, effect: 'switch_off' },
  },
  {
    row: 38,
    sentence: 'account-purged does the same, and erases nothing by itself',
    event: of(`${risc}account-purged`),
    expected: { status: 202, living: ['bob'], off: { 'user-ann': 'signals:op' }, effect: 'switch_off' },
  },
  {
    row: 38,
    sentence: 'account-enabled takes back what account-disabled did',
    event: of(`${risc}account-enabled`),
    before: ({ deactivated }) => void deactivated.set('user-ann', 'signals:op'),
    expected: { status: 202, living: everybody, off: {}, effect: 'switch_on' },
  },
  {
    row: 38,
    sentence: 'account-enabled does not revive somebody whom SCIM switched off',
    event: of(`${risc}account-enabled`),
    before: ({ deactivated }) => void deactivated.set('user-ann', 'op'),
    expected: { status: 202, living: everybody, off: { 'user-ann': 'op' }, effect: 'switch_on' },
  },
  {
    row: 38,
    sentence: 'account-enabled does not revive somebody whom another provider switched off',
    event: of(`${risc}account-enabled`),
    before: ({ deactivated }) => void deactivated.set('user-ann', 'signals:elsewhere'),
    expected: {
      status: 202,
      living: everybody,
      off: { 'user-ann': 'signals:elsewhere' },
      effect: 'switch_on',
    },
  },
  {
    row: 38,
    sentence: 'identifier-changed ends nothing: nobody is known by an address',
    event: of(`${risc}identifier-changed`, { 'new-value': 'ann.b@acme.example' }),
    expected: nothing('ask_if_possible'),
  },
  {
    row: 38,
    sentence: 'identifier-recycled ends sessions',
    event: of(`${risc}identifier-recycled`),
    expected: { status: 202, living: annHere, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'token-claims-change ends sessions that cannot be asked about',
    event: of(`${caep}token-claims-change`, { claims: { role: 'ro-admin' } }),
    expected: { status: 202, living: annHere, effect: 'ask' },
  },
  {
    row: 38,
    sentence: 'assurance-level-change: a decrease ends sessions',
    event: of(`${caep}assurance-level-change`, {
      current_level: 'nist-aal1',
      previous_level: 'nist-aal2',
      change_direction: 'decrease',
    }),
    expected: { status: 202, living: annHere, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'assurance-level-change: an increase ends nothing',
    event: of(`${caep}assurance-level-change`, { current_level: 'nist-aal2', change_direction: 'increase' }),
    expected: nothing('none'),
  },
  {
    row: 38,
    sentence: 'device-compliance-change: a device that is not compliant ends sessions',
    event: of(`${caep}device-compliance-change`, { current_status: 'not-compliant' }),
    expected: { status: 202, living: annHere, effect: 'end' },
  },
  {
    row: 38,
    sentence: 'verification is noted, and ends nothing',
    event: of(`${ssf}verification`, { state: 'x' }),
    subject: () => ({ format: 'opaque', id: 'stream-1' }),
    expected: nothing('verified'),
  },
  {
    row: 38,
    sentence: 'stream-updated is noted, and ends nothing',
    event: of(`${ssf}stream-updated`, { status: 'paused' }),
    subject: () => ({ format: 'opaque', id: 'stream-1' }),
    expected: nothing('stream'),
  },
  {
    row: 38,
    sentence: 'an event that nobody knows is taken, and ends nothing',
    event: of('https://vendor.example/event/strange'),
    expected: nothing('unknown_event'),
  },
];

/** Who is meant. */
const subjects: readonly EventCase[] = [
  {
    row: 38,
    sentence: 'by a verified address',
    subject: () => ({ format: 'email', email: 'ann@acme.example' }),
    expected: { status: 202, living: annHere },
  },
  {
    row: 38,
    sentence: 'by an opaque id, which is the subject at this provider',
    subject: () => ({ format: 'opaque', id: 'ann' }),
    expected: { status: 202, living: annHere },
  },
  {
    row: 38,
    sentence: 'by aliases, the first that leads to somebody',
    subject: (bench) => ({
      format: 'aliases',
      identifiers: [
        { format: 'phone_number', phone_number: '+1' },
        { format: 'opaque', id: 'nobody' },
        issSub('ann')(bench),
      ],
    }),
    expected: { status: 202, living: annHere },
  },
  {
    row: 38,
    sentence: 'by a subject within the event, as in drafts',
    subject: () => undefined,
    event: (bench) => [`${caep}session-revoked`, { subject: issSub('ann')(bench) }],
    expected: { status: 202, living: annHere },
  },
  {
    row: 38,
    sentence: 'by a user within the subject of the event, as in drafts',
    subject: () => undefined,
    event: (bench) => [`${caep}session-revoked`, { subject: { user: issSub('ann')(bench) } }],
    expected: { status: 202, living: annHere },
  },
  {
    row: 38,
    sentence: 'by subject_type, as in drafts of RISC',
    subject: () => undefined,
    event: ({ op }) => [
      `${risc}sessions-revoked`,
      { subject: { subject_type: 'iss-sub', iss: op.state.issuer, sub: 'ann' } },
    ],
    expected: { status: 202, living: annHere },
  },
  {
    row: 38,
    sentence: 'by an address that nobody vouches for: nobody',
    before: (bench) => bench.signIn('carol', { userId: 'user-carol', subject: 'carol', idp: {} }),
    subject: () => ({ format: 'email', email: 'carol@acme.example' }),
    expected: { status: 202, living: [...everybody, 'carol'].sort(), effect: 'nobody' },
  },
  {
    row: 38,
    sentence: 'by the identity that another provider gave the person: nobody',
    subject: () => ({ format: 'iss_sub', iss: 'https://elsewhere.example', sub: 'ann-there' }),
    expected: nothing('nobody'),
  },
  {
    row: 38,
    sentence: 'by another issuer with the same subject: nobody',
    subject: () => ({ format: 'iss_sub', iss: 'https://evil.example', sub: 'ann' }),
    expected: nothing('nobody'),
  },
  {
    row: 38,
    sentence: 'by a subject that is nobody',
    subject: issSub('nobody'),
    expected: nothing('nobody'),
  },
  { row: 38, sentence: 'by no subject at all', subject: () => undefined, expected: nothing('nobody') },
  { row: 38, sentence: 'by a subject that is text', subject: () => 'ann', expected: nothing('nobody') },
  {
    row: 38,
    sentence: 'by a subject without a format',
    subject: ({ op }) => ({ iss: op.state.issuer, sub: 'ann' }),
    expected: nothing('nobody'),
  },
  {
    row: 38,
    sentence: 'by a list in place of a name',
    subject: ({ op }) => ({ format: 'iss_sub', iss: op.state.issuer, sub: ['ann', 'bob'] }),
    expected: nothing('nobody'),
  },
  {
    row: 38,
    sentence: 'by aliases within aliases: nobody',
    subject: (bench) => ({
      format: 'aliases',
      identifiers: [{ format: 'aliases', identifiers: [issSub('ann')(bench)] }],
    }),
    expected: nothing('nobody'),
  },
  {
    row: 38,
    sentence: 'by the name __proto__: nobody',
    subject: issSub('__proto__'),
    expected: nothing('nobody'),
  },
];

/** Who may say so. */
const refusals: readonly EventCase[] = [
  {
    row: 38,
    sentence: 'no Authorization',
    headers: { authorization: '' },
    expected: refused('authentication_failed', 401),
  },
  {
    row: 38,
    sentence: 'the secret with one letter off',
    headers: { authorization: `Bearer ${streamSecret}x` },
    expected: refused('authentication_failed', 401),
  },
  {
    row: 38,
    sentence: 'the secret without the word Bearer',
    headers: { authorization: streamSecret },
    expected: refused('authentication_failed', 401),
  },
  {
    row: 38,
    sentence: 'the content type of a JWT',
    headers: { 'content-type': 'application/jwt' },
    expected: refused('invalid_request', 415),
  },
  {
    row: 38,
    sentence: 'the content type of a form',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    expected: refused('invalid_request', 415),
  },
  { row: 38, sentence: 'typed JWT', header: { typ: 'JWT' }, expected: invalid },
  { row: 38, sentence: 'without a type', header: { typ: undefined }, expected: invalid },
  {
    row: 38,
    sentence: 'a logout token in its place',
    header: { typ: 'logout+jwt' },
    claims: (good) => ({ ...good, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
    expected: invalid,
  },
  {
    row: 38,
    sentence: 'an ID token in its place',
    header: { typ: 'JWT' },
    claims: (good) => ({ ...drop('events')(good), sub: 'ann', nonce: 'n', exp: seconds(300) }),
    expected: invalid,
  },
  {
    row: 38,
    sentence: 'another issuer',
    claims: put({ iss: 'https://ssf.example/other' }),
    expected: refused('invalid_issuer'),
  },
  { row: 38, sentence: 'no issuer', claims: drop('iss'), expected: refused('invalid_issuer') },
  {
    row: 38,
    sentence: 'the issuer of the logins, whose keys these are',
    claims: (good) => ({ ...good, iss: (good['sub_id'] as Json)['iss'] }),
    expected: refused('invalid_issuer'),
  },
  {
    row: 38,
    sentence: 'another audience',
    claims: put({ aud: 'https://other.example' }),
    expected: refused('invalid_audience'),
  },
  {
    row: 38,
    sentence: 'several audiences, none of them ours',
    claims: put({ aud: ['a', 'b'] }),
    expected: refused('invalid_audience'),
  },
  {
    row: 38,
    sentence: 'several audiences, one of them ours',
    claims: put({ aud: ['a', 'doorward'] }),
    expected: { status: 202, living: annHere },
  },
  { row: 38, sentence: 'no audience', claims: drop('aud'), expected: refused('invalid_audience') },
  { row: 38, sentence: 'no jti', claims: drop('jti'), expected: invalid },
  { row: 38, sentence: 'a jti that is a number', claims: put({ jti: 7 }), expected: invalid },
  { row: 38, sentence: 'no time', claims: drop('iat'), expected: invalid },
  { row: 38, sentence: 'from the future', claims: put({ iat: seconds(600) }), expected: invalid },
  { row: 38, sentence: 'a fortnight old', claims: put({ iat: seconds(-14 * 86_400) }), expected: invalid },
  {
    row: 38,
    sentence: 'two days old: it waited for us',
    claims: put({ iat: seconds(-2 * 86_400) }),
    expected: { status: 202, living: annHere },
  },
  {
    row: 38,
    sentence: 'an expiry, which events do not have',
    claims: put({ exp: seconds(300) }),
    expected: invalid,
  },
  {
    row: 38,
    sentence: 'a sub, which would make another token of it',
    claims: put({ sub: 'ann' }),
    expected: invalid,
  },
  { row: 38, sentence: 'a nonce', claims: put({ nonce: 'n' }), expected: invalid },
  { row: 38, sentence: 'no events', claims: drop('events'), expected: invalid },
  { row: 38, sentence: 'events that are empty', claims: put({ events: {} }), expected: invalid },
  {
    row: 38,
    sentence: 'events as a list',
    claims: put({ events: [`${caep}session-revoked`] }),
    expected: invalid,
  },
  {
    row: 38,
    sentence: 'two events in one token',
    claims: (good) => ({ ...good, events: { ...(good['events'] as Json), [`${risc}account-disabled`]: {} } }),
    expected: invalid,
  },
  {
    row: 38,
    sentence: 'an event that is no object',
    claims: put({ events: { [`${caep}session-revoked`]: null } }),
    expected: invalid,
  },
  {
    row: 38,
    sentence: 'alg none',
    token: (good) => `${encode({ alg: 'none', typ: 'secevent+jwt' })}.${encode(good)}.AAAA`,
    expected: refused('invalid_key'),
  },
  {
    row: 38,
    sentence: 'HS256 keyed with the public key',
    token(good, { op }) {
      const text = `${encode({ alg: 'HS256', kid: op.state.key.kid, typ: 'secevent+jwt' })}.${encode(good)}`;
      const key = createPublicKey({ key: op.state.key.publicJwk as never, format: 'jwk' });
      const pem = key.export({ type: 'spki', format: 'pem' });
      return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    },
    expected: refused('invalid_key'),
  },
  {
    row: 38,
    sentence: 'HS256 keyed with the secret of the stream',
    token(good) {
      const text = `${encode({ alg: 'HS256', typ: 'secevent+jwt' })}.${encode(good)}`;
      return `${text}.${createHmac('sha256', streamSecret).update(text).digest('base64url')}`;
    },
    expected: refused('invalid_key'),
  },
  {
    row: 38,
    sentence: "a key that is not the sender's",
    key: (bench) => bench.keys.other,
    expected: refused('invalid_key'),
  },
  {
    row: 38,
    sentence: "a key that is not the sender's under the id of one that is",
    key: (bench) => ({ ...bench.keys.other, kid: bench.op.state.key.kid }),
    expected: refused('invalid_key'),
  },
  {
    row: 38,
    sentence: 'claims that were changed after signing',
    async token(good, bench) {
      const [header, , signature] = (await signedEvent({ ...good, jti: 'x' }, bench.op.state.key)).split('.');
      return `${header}.${encode(good)}.${signature}`;
    },
    expected: refused('invalid_key'),
  },
  { row: 38, sentence: 'no token at all', token: () => 'hello', expected: invalid },
  { row: 38, sentence: 'an empty body', token: () => '', expected: invalid },
  {
    row: 38,
    sentence: 'a megabyte',
    token: () => `a.${'b'.repeat(1_000_000)}.c`,
    expected: { status: 413, living: everybody, err: 'invalid_request' },
  },
  {
    row: 38,
    sentence: 'no keys to be had: it may come again',
    behaviour: { status: { '/jwks': 500 } },
    expected: { status: 503, living: everybody },
  },
  { row: 38, sentence: 'a GET', method: 'GET', expected: { status: 405, living: everybody } },
  {
    row: 38,
    sentence: 'at a provider whose file names no sender',
    path: '/sso/events/elsewhere',
    expected: { status: 404, living: everybody },
  },
];

/** Again, and at the same time. */
const repeated: readonly EventCase[] = [
  {
    row: 38,
    sentence: 'an event once more, after the person signed in again, is taken and has no effect',
    async run(send, bench) {
      const token = await signedEvent(goodEvent(bench), bench.op.state.key);
      const first = await send(token);
      await bench.signIn('ann');
      return [first.status, (await send(token)).status];
    },
    expected: { status: [202, 202], living: [...annHere, 'ann'].sort() },
  },
  {
    row: 38,
    sentence: 'an event ten times at once has its effect once',
    async run(send, bench) {
      const token = await signedEvent(goodEvent(bench), bench.op.state.key);
      const all = await Promise.all(Array.from({ length: 10 }, () => send(token)));
      const taken = all.filter(({ status }) => status === 202 || status === 503).length;
      const received = bench.events.filter(({ type }) => type === 'signal.received').length;
      return [taken, received];
    },
    expected: { status: [10, 1], living: annHere },
  },
  {
    row: 38,
    sentence: 'an event that could not be written down may come again',
    async run(send, bench) {
      const token = await signedEvent(goodEvent(bench), bench.op.state.key);
      bench.world.auditFails = true;
      const first = await send(token);
      bench.world.auditFails = false;
      return [first.status, (await send(token)).status];
    },
    expected: { status: [503, 202], living: annHere },
  },
  {
    row: 38,
    sentence: 'a login that was under way when the sessions were revoked is dead, and a later one lives',
    async run(send, bench) {
      const { status } = await send();
      const now = Date.now();
      const before = await bench.signals.endedAtIdp(assertionOf(bench, now - 5_000), now - 4_000);
      const after = await bench.signals.endedAtIdp(assertionOf(bench, now + 2_000), now + 2_500);
      return [status, Number(before), Number(after)];
    },
    expected: { status: [202, 1, 0], living: annHere },
  },
];

export const eventCases: readonly EventCase[] = [...effects, ...subjects, ...refusals, ...repeated];
