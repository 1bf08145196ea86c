import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { emailFormat, persistentFormat } from '../../support/saml-document.ts';
import { fixtureIdp } from '../../support/saml-provider.ts';
import type { SignalsBench } from './bench.ts';
import {
  base64,
  enveloped,
  type LogoutText,
  logoutText,
  redirectQuery,
  type RedirectOptions,
  status,
} from './saml-messages.ts';

const everybody = ['ann', 'ann at another computer', 'ann by another provider', 'bob'];
const without = (...gone: string[]): string[] => everybody.filter((name) => !gone.includes(name));
const refused = { status: 400, living: everybody } as const;
const answered = { status: 303, living: without('ann') } as const;
const posted = answered;

/** What is sent: a query by GET, or a form by POST. */
export type Sent =
  | { readonly query: string; readonly path?: string }
  | { readonly form: readonly (readonly [string, string])[]; readonly path?: string };

export interface SloCase {
  readonly row: 22;
  readonly sentence: string;
  readonly send: (
    good: (changes?: LogoutText) => string,
    bench: SignalsBench,
  ) => Sent | readonly Sent[] | Promise<Sent>;
  /** Between the first message and those after it. */
  readonly between?: (bench: SignalsBench) => Promise<void>;
  /** All at once. */
  readonly atOnce?: boolean;
  readonly expected: { readonly status: number | readonly number[]; readonly living: readonly string[] };
}

/** A good LogoutRequest of the identity provider, just now. */
export const goodRequest =
  (baseUrl: string) =>
  (changes: LogoutText = {}): string =>
    logoutText({
      id: `_${randomBytes(16).toString('hex')}`,
      issueInstant: new Date().toISOString(),
      destination: `${baseUrl}/sso/slo/okta`,
      notOnOrAfter: new Date(Date.now() + 300_000).toISOString(),
      issuer: fixtureIdp,
      nameId: 'ann@acme.example',
      nameIdAttributes: ` Format="${emailFormat}"`,
      sessionIndexes: ['_session-of-ann'],
      ...changes,
    });

const redirect = (xml: string, o?: RedirectOptions): Sent => ({ query: redirectQuery(xml, o) });
const post = (xml: string, relayState?: string): Sent => ({
  form: [
    ['SAMLRequest', base64(xml)],
    ...(relayState === undefined ? [] : [['RelayState', relayState] as const]),
  ],
});
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** A case that is played by both bindings. */
const both = (
  sentence: string,
  changes: LogoutText | ((bench: SignalsBench) => LogoutText),
  expected: { readonly status: number; readonly living: readonly string[] },
): readonly SloCase[] => {
  const of = (bench: SignalsBench) => (typeof changes === 'function' ? changes(bench) : changes);
  return [
    {
      row: 22,
      sentence: `by redirect: ${sentence}`,
      send: (good, bench) => redirect(good(of(bench))),
      expected,
    },
    {
      row: 22,
      sentence: `by POST: ${sentence}`,
      send: (good, bench) => post(enveloped(good(of(bench)))),
      expected,
    },
  ];
};

const accepted: readonly SloCase[] = [
  ...both('a good request ends that session and no other, and is answered', {}, answered),
  ...both(
    'a request without an index ends all sessions of that name at this provider',
    { sessionIndexes: [] },
    {
      status: 303,
      living: without('ann', 'ann at another computer'),
    },
  ),
  ...both(
    'a request with two indexes ends both',
    { sessionIndexes: ['_session-of-ann', '_second-of-ann'] },
    {
      status: 303,
      living: without('ann', 'ann at another computer'),
    },
  ),
  ...both(
    'a request for nobody who is here is answered in the same way',
    { nameId: 'nobody@acme.example' },
    { status: 303, living: everybody },
  ),
  ...both('no NotOnOrAfter, which the standard lets them leave out', { notOnOrAfter: undefined }, answered),
  ...both('a name without a format', { nameIdAttributes: '' }, answered),
  {
    row: 22,
    sentence: 'by redirect: a relay state comes back with the answer',
    send: (good) => redirect(good(), { relayState: 'their state & more' }),
    expected: answered,
  },
  {
    row: 22,
    sentence: 'by redirect: percent signs in small letters, over which the sender signed',
    send: (good) =>
      redirect(good(), {
        encode: (text) =>
          encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
      }),
    expected: answered,
  },
  {
    row: 22,
    sentence: 'by redirect: a sender that escapes more than it must',
    send: (good) =>
      redirect(good(), {
        encode: (text) =>
          [...Buffer.from(text)]
            .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
            .join(''),
      }),
    expected: answered,
  },
  {
    row: 22,
    sentence: 'by redirect: RSA with SHA-512',
    send: (good) => redirect(good(), { alg: 'rsa-sha512' }),
    expected: answered,
  },
  {
    row: 22,
    sentence: 'by redirect: parameters of others in the query',
    send: (good) => ({ query: `tenant=7&${redirectQuery(good())}&x=y` }),
    expected: answered,
  },
  {
    row: 22,
    sentence: 'by POST: a relay state comes back with the answer',
    send: (good) => post(enveloped(good()), 'theirs'),
    expected: posted,
  },
  {
    row: 22,
    sentence: 'by POST: RSA with SHA-512',
    send: (good) => post(enveloped(good(), { alg: 'rsa-sha512' })),
    expected: posted,
  },
];

const unsigned: readonly SloCase[] = [
  {
    row: 22,
    sentence: 'by redirect: unsigned',
    send: (good) => ({ query: redirectQuery(good()).replace(/&SigAlg=.*/, '') }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: SigAlg without a signature',
    send: (good) => ({ query: redirectQuery(good()).replace(/&Signature=.*/, '') }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: a signature that is empty',
    send: (good) => ({ query: redirectQuery(good()).replace(/&Signature=.*/, '&Signature=') }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: an enveloped signature in place of the one in the query',
    send: (good) => ({
      query: `SAMLRequest=${encodeURIComponent(deflateRawSync(Buffer.from(enveloped(good()))).toString('base64'))}`,
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: an enveloped signature beside the one in the query',
    send: (good) => redirect(enveloped(good(), { key: 'attacker' })),
    expected: refused,
  },
  { row: 22, sentence: 'by POST: unsigned', send: (good) => post(good()), expected: refused },
  {
    row: 22,
    sentence: 'by POST: a signed query in the address does not stand for the form',
    send: (good) => ({
      form: [['SAMLRequest', base64(good())]],
      path: `/sso/slo/okta?${redirectQuery(good())}`,
    }),
    expected: refused,
  },
];

const forged: readonly SloCase[] = [
  {
    row: 22,
    sentence: 'by redirect: signed by somebody else',
    send: (good) => redirect(good(), { key: 'attacker' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: signed with a key that is too short',
    send: (good) => redirect(good(), { key: 'idp-weak' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: SHA-1',
    send: (good) => redirect(good(), { alg: 'rsa-sha1' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: SHA-1 under the name of SHA-256',
    send: (good) =>
      redirect(good(), { alg: 'rsa-sha1', named: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: an HMAC for an algorithm',
    send: (good) => redirect(good(), { named: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: an algorithm that nobody knows',
    send: (good) => redirect(good(), { named: 'urn:none' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: another request under the same signature',
    send: (good) => ({
      query: redirectQuery(good({ nameId: 'bob@acme.example' })).replace(
        /SAMLRequest=[^&]*/,
        () => redirectQuery(good()).split('&')[0] ?? '',
      ),
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: a relay state that was put in after signing',
    send: (good) => ({ query: `${redirectQuery(good())}&RelayState=x` }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: a relay state that was changed after signing',
    send: (good) => ({
      query: redirectQuery(good(), { relayState: 'a' }).replace('RelayState=a', 'RelayState=b'),
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: the same value escaped otherwise than it was signed',
    send: (good) => ({
      query: redirectQuery(good(), { relayState: 'a' }).replace('RelayState=a', 'RelayState=%61'),
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: two requests, the first one signed',
    send: (good) => ({
      query: `${redirectQuery(good({ nameId: 'nobody' }))}&${redirectQuery(good()).split('&')[0]}`,
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: a second request under an escaped name',
    send: (good) => ({
      query: `${redirectQuery(good({ nameId: 'nobody' }))}&SAML%52equest=${redirectQuery(good()).split('&')[0]?.slice(12)}`,
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: a request and a response',
    send: (good) => ({ query: `${redirectQuery(good())}&SAMLResponse=x` }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: two signatures',
    send: (good) => ({ query: `${redirectQuery(good())}&Signature=AAAA` }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: a request signed in the place of a response',
    send: (good) => redirect(good(), { parameter: 'SAMLResponse' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: another encoding than DEFLATE',
    send: (good) => ({ query: `${redirectQuery(good())}&SAMLEncoding=urn:other` }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: not deflated',
    send: (good) => redirect('', { bytes: Buffer.from(good()) }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: a bomb that inflates to five megabytes',
    send: () => redirect('', { bytes: deflateRawSync(Buffer.alloc(5_000_000, 32)) }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by redirect: escapes that are none',
    send: (good) => ({ query: `${redirectQuery(good())}&RelayState=%E0%A4%A` }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: signed by somebody else, certificate included',
    send: (good) => post(enveloped(good(), { key: 'attacker' })),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: signed with a key that is too short',
    send: (good) => post(enveloped(good(), { key: 'idp-weak' })),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: SHA-1 in the signature',
    send: (good) => post(enveloped(good(), { alg: 'rsa-sha1' })),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: SHA-1 in the digest',
    send: (good) => post(enveloped(good(), { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' })),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: a transform with comments',
    send: (good) =>
      post(
        enveloped(good(), {
          transforms: [
            'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
            'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
          ],
        }),
      ),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: a name that was changed after signing',
    send: (good) => post(enveloped(good({ nameId: 'nobody@acme.example' })).replace('nobody@', 'ann@')),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: an index that was put in after signing',
    send: (good) =>
      post(
        enveloped(good()).replace(
          '</samlp:LogoutRequest>',
          '<samlp:SessionIndex>_second-of-ann</samlp:SessionIndex></samlp:LogoutRequest>',
        ),
      ),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: the signed request wrapped into a forged one',
    send(good) {
      const signed = enveloped(good({ nameId: 'nobody' }));
      return post(good({ id: '_forged', more: `<samlp:Extensions>${signed}</samlp:Extensions>` }));
    },
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: a forged request that takes over the signature of a good one inside it',
    send(good) {
      const signed = enveloped(good({ id: '_good', nameId: 'nobody' }));
      const signature = /<ds:Signature.*<\/ds:Signature>/s.exec(signed)?.[0] ?? '';
      const inner = signed.replace(signature, '');
      return post(
        good({
          id: '_forged',
          afterIssuer: signature,
          more: `<samlp:Extensions>${inner}</samlp:Extensions>`,
        }),
      );
    },
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: the signature covers an element inside, not the request',
    send: (good) =>
      post(
        enveloped(good({ more: '<samlp:Extensions ID="_inner"><x xmlns="urn:x"/></samlp:Extensions>' }), {
          xpath: "//*[@ID='_inner']",
        }),
      ),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: a signature that does not stand behind the issuer',
    send: (good) => post(enveloped(good(), { behind: "/*/*[local-name(.)='SessionIndex']" })),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: two signatures',
    send: (good) => post(enveloped(enveloped(good()))),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: a document type',
    send: (good) => post(`<!DOCTYPE x [<!ENTITY e "ann">]>${enveloped(good())}`),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: the deflated message of a redirect',
    send: (good) => ({
      form: [['SAMLRequest', deflateRawSync(Buffer.from(enveloped(good()))).toString('base64')]],
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: no base64',
    send: () => ({ form: [['SAMLRequest', '<LogoutRequest/>']] }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: a request and a response',
    send: (good) => ({
      form: [
        ['SAMLRequest', base64(enveloped(good()))],
        ['SAMLResponse', base64(enveloped(good()))],
      ],
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: two requests',
    send: (good) => ({
      form: [
        ['SAMLRequest', base64(enveloped(good()))],
        ['SAMLRequest', base64(enveloped(good()))],
      ],
    }),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'by POST: a megabyte',
    send: (good) =>
      post(
        enveloped(
          good({
            more: `<samlp:Extensions><x xmlns="urn:x">${'y'.repeat(1_000_000)}</x></samlp:Extensions>`,
          }),
        ),
      ),
    expected: { status: 413, living: everybody },
  },
];

const wrong: readonly SloCase[] = [
  ...both('another issuer', { issuer: 'https://evil.example/saml' }, refused),
  ...both('no issuer', { issuer: undefined, afterIssuer: '' }, refused).filter(({ sentence }) =>
    sentence.includes('redirect'),
  ),
  ...both('another destination', { destination: 'https://other.example/sso/slo/okta' }, refused),
  ...both(
    'the destination of another provider of ours',
    (bench) => ({ destination: `${bench.baseUrl}/sso/slo/adfs` }),
    refused,
  ),
  ...both(
    'the address for logins as its destination',
    (bench) => ({ destination: `${bench.baseUrl}/sso/acs/okta` }),
    refused,
  ),
  ...both('no destination', { destination: undefined }, refused),
  ...both('expired', { issueInstant: ago(600_000), notOnOrAfter: ago(300_000) }, refused),
  ...both('expired in the very second of its making', { notOnOrAfter: ago(3_600_000) }, refused),
  ...both('an hour old, without an end', { issueInstant: ago(3_600_000), notOnOrAfter: undefined }, refused),
  ...both(
    'an hour old, with an end tomorrow',
    { issueInstant: ago(3_600_000), notOnOrAfter: ago(-86_400_000) },
    refused,
  ),
  ...both('from the future', { issueInstant: ago(-600_000), notOnOrAfter: ago(-900_000) }, refused),
  ...both('no time', { issueInstant: undefined }, refused),
  ...both('a time that is none', { issueInstant: 'yesterday' }, refused),
  ...both('another version', { version: '1.1' }, refused),
  ...both('no name', { nameId: undefined }, refused),
  ...both('a name that is empty', { nameId: '' }, refused),
  ...both('a comment in the name', { nameId: 'ann@acme.example<!---->.evil' }, { ...refused }).filter(
    ({ sentence }) => sentence.includes('redirect'),
  ),
  ...both('two names', { more: '<saml:NameID>bob@acme.example</saml:NameID>' }, refused),
  ...both(
    'an encrypted name',
    { nameId: undefined, more: '<saml:EncryptedID><x xmlns="urn:x"/></saml:EncryptedID>' },
    refused,
  ),
  ...both('text between the elements', { more: 'ann@acme.example' }, refused),
  ...both(
    'a name in another format ends nothing',
    { nameIdAttributes: ` Format="${persistentFormat}"` },
    { status: 303, living: everybody },
  ),
  ...both(
    'a name of another qualifier ends nothing',
    { nameIdAttributes: ` NameQualifier="urn:other"` },
    { status: 303, living: everybody },
  ),
  ...both(
    'the index of somebody else under this name ends nothing',
    { sessionIndexes: ['_session-of-bob'] },
    { status: 303, living: everybody },
  ),
  ...both(
    'the name in capital letters is another name',
    { nameId: 'ANN@acme.example' },
    { status: 303, living: everybody },
  ),
  {
    row: 22,
    sentence: "another provider's request at our address for this one",
    send: (good) => redirect(good({ issuer: 'https://adfs.acme.example' }), { key: 'idp-next' }),
    expected: refused,
  },
  {
    row: 22,
    sentence: "another provider's request at its own address ends its own sessions only",
    send: (good, bench) => ({
      ...redirect(
        good({ issuer: 'https://adfs.acme.example', destination: `${bench.baseUrl}/sso/slo/adfs` }),
        { key: 'idp-next' },
      ),
      path: '/sso/slo/adfs',
    }),
    expected: { status: 303, living: without('ann by another provider') },
  },
  {
    row: 22,
    sentence: 'a LogoutResponse in the place of a request',
    send: (good) =>
      redirect(
        good({ name: 'LogoutResponse', nameId: undefined, sessionIndexes: [], more: status('Success') }),
      ),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'an AuthnRequest in the place of a request',
    send: (good) => redirect(good({ name: 'AuthnRequest' })),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'a LogoutResponse to a request that we never made',
    send: (good) =>
      redirect(
        good({
          name: 'LogoutResponse',
          nameId: undefined,
          sessionIndexes: [],
          inResponseTo: '_never',
          more: status('Success'),
        }),
        { parameter: 'SAMLResponse' },
      ),
    expected: refused,
  },
  {
    row: 22,
    sentence: 'a LogoutResponse to nothing',
    send: (good) =>
      redirect(
        good({ name: 'LogoutResponse', nameId: undefined, sessionIndexes: [], more: status('Success') }),
        { parameter: 'SAMLResponse' },
      ),
    expected: refused,
  },
  { row: 22, sentence: 'nothing at all', send: () => ({ query: '' }), expected: refused },
  {
    row: 22,
    sentence: 'at the address of a provider that speaks OpenID Connect',
    send: (good) => ({ ...redirect(good()), path: '/sso/slo/op' }),
    expected: { status: 404, living: everybody },
  },
];

const signInAgain = (bench: SignalsBench): Promise<void> => bench.signIn('ann', bench.residents['ann']);

const replayed: readonly SloCase[] = [
  {
    row: 22,
    sentence: 'by redirect: once more, after the person signed in again',
    send(good) {
      const one = redirect(good());
      return [one, one];
    },
    between: signInAgain,
    expected: { status: [303, 400], living: everybody },
  },
  {
    row: 22,
    sentence: 'by POST: once more, after the person signed in again',
    send(good) {
      const one = post(enveloped(good()));
      return [one, one];
    },
    between: signInAgain,
    expected: { status: [303, 400], living: everybody },
  },
  {
    row: 22,
    sentence: 'the same ID by the other binding',
    send(good) {
      const xml = good();
      return [redirect(xml), post(enveloped(xml))];
    },
    between: signInAgain,
    expected: { status: [303, 400], living: everybody },
  },
  {
    row: 22,
    sentence: 'eight times at once has its effect once',
    atOnce: true,
    send(good) {
      const one = redirect(good());
      return Array<Sent>(8).fill(one);
    },
    expected: { status: [303, ...Array<number>(7).fill(400)], living: without('ann') },
  },
  {
    row: 22,
    sentence: 'a request that could not be written down may come again',
    send(good, bench) {
      bench.world.auditFails = true;
      const one = redirect(good());
      return [one, one];
    },
    async between(bench) {
      bench.world.auditFails = false;
    },
    expected: { status: [503, 303], living: without('ann') },
  },
];

export const singleLogoutCases: readonly SloCase[] = [
  ...accepted,
  ...unsigned,
  ...forged,
  ...wrong,
  ...replayed,
];
