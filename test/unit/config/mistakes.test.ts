import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblems } from '../../../src/config/index.ts';
import { load, placed, removeConfigs, smallGateway, smallProvider } from '../../support/config-files.ts';

afterAll(removeConfigs);

const key = (name: string) =>
  readFileSync(join(import.meta.dirname, `../../fixtures/saml/keys/${name}.pem`), 'utf8');
const keyFiles = {
  'sp.key': key('sp.key'),
  'sp.crt': key('sp.cert'),
  'other.crt': key('attacker.cert'),
  'weak.key': key('idp-weak.key'),
  'idp.crt': key('idp.cert'),
};

type Mistake = readonly [what: string, text: string, expected: Readonly<Record<string, string | RegExp>>];

async function check(files: Record<string, string>, expected: Mistake[2]): Promise<void> {
  const { problems } = await load(files);
  const found = placed(problems);
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [place, message] of Object.entries(expected)) expect(found[place]).toMatch(message);
}

describe('a mistake in gateway.yaml is told with file, line and key:', () => {
  const mistakes: readonly Mistake[] = [
    ['an unknown key', 'contatc: a@b', { 'gateway.yaml:3 contatc': 'unknown key; did you mean contact?' }],
    [
      'a key like another in case and dashes',
      'session: { cookie_domain: acme.example }',
      { 'gateway.yaml:3 session.cookie_domain': 'unknown key; did you mean cookieDomain?' },
    ],
    [
      'a key at the wrong place',
      'idle: 3h',
      { 'gateway.yaml:3 idle': 'unknown key here; did you mean session.idle?' },
    ],
    [
      'a key unlike any other',
      'xyzzy: 1',
      { 'gateway.yaml:3 xyzzy': /^unknown key; known here: baseUrl, prefix/ },
    ],
    [
      'a certificate that is not there, and a key that is none',
      'tls: { certificate: no.pem, key: gateway.yaml }',
      {
        'gateway.yaml:3 tls.certificate': 'no such file',
        'gateway.yaml:3 tls.key': 'expected a private key without a passphrase in PEM form',
      },
    ],
    ['a wrong type', 'contact: [a@b]', { 'gateway.yaml:3 contact': 'expected some text, found a list' }],
    ['a map for a text', 'log: info', { 'gateway.yaml:3 log': 'expected a map, found text' }],
    ['an empty value', 'contact:', { 'gateway.yaml:3 contact': 'expected some text, found nothing' }],
    [
      'a number that needs quotes',
      'contact: 123',
      { 'gateway.yaml:3 contact': 'expected some text, found a number; put it in quotes' },
    ],
    [
      'an unknown word',
      'log: { level: wran }',
      {
        'gateway.yaml:3 log.level':
          'expected debug, info, warn, error or silent, found "wran"; did you mean warn?',
      },
    ],
    [
      'a duration without a unit',
      'session: { idle: 30 }',
      { 'gateway.yaml:3 session.idle': 'expected some text, found a number; put it in quotes' },
    ],
    [
      'a duration in words',
      'session:\n  idle: 8 hours',
      { 'gateway.yaml:4 session.idle': 'expected a duration such as 15s, 30m, 8h or 7d, found "8 hours"' },
    ],
    [
      'a duration beyond its limits',
      'login: { timeout: 1s }',
      { 'gateway.yaml:3 login.timeout': 'expected a duration from 30s to 1d, found "1s"' },
    ],
    [
      'an idle time beyond the absolute one',
      'session: { idle: 2d, absolute: 1d }',
      { 'gateway.yaml:3 session.idle': 'expected no more than session.absolute' },
    ],
    [
      'a port out of range',
      'listen: { port: 70000 }',
      { 'gateway.yaml:3 listen.port': 'expected a whole number from 0 to 65535, found 70000' },
    ],
    [
      'an address without a port',
      'listen: localhost',
      { 'gateway.yaml:3 listen': /expected host and port .*found "localhost"/ },
    ],
    [
      'a socket and a port',
      'listen: { socket: a.sock, port: 80 }',
      { 'gateway.yaml:3 listen': 'expected either socket, or host and port' },
    ],
    [
      'one address for two listeners',
      'ops: localhost:4180',
      { 'gateway.yaml:3 ops': 'ops and listen have the same address; expected two' },
    ],
    [
      'a prefix with a slash at its end',
      'prefix: /sso/',
      { 'gateway.yaml:3 prefix': /expected a path such as \/sso/ },
    ],
    ['a prefix of nothing', 'prefix: /', { 'gateway.yaml:3 prefix': /expected a path such as \/sso/ }],
    [
      'an invalid CIDR',
      'trustedProxies: [10.0.0.0/33]',
      { 'gateway.yaml:3 trustedProxies.0': /expected an address or a CIDR/ },
    ],
    [
      'trust in everybody',
      'trustedProxies: ["::/0"]',
      { 'gateway.yaml:3 trustedProxies.0': /this would believe everybody/ },
    ],
    [
      'a cookie domain of somebody else',
      'session: { cookieDomain: other.example }',
      { 'gateway.yaml:3 session.cookieDomain': 'expected the host of baseUrl or a parent domain of it' },
    ],
    [
      'a cookie domain that only ends alike',
      'session: { cookieDomain: cme.example }',
      { 'gateway.yaml:3 session.cookieDomain': 'expected the host of baseUrl or a parent domain of it' },
    ],
    [
      'a top-level cookie domain',
      'session: { cookieDomain: example }',
      { 'gateway.yaml:3 session.cookieDomain': /not a top-level name/ },
    ],
    [
      'a cookie domain under which anybody registers',
      'session: { cookieDomain: co.uk }',
      { 'gateway.yaml:3 session.cookieDomain': /anybody can register/ },
    ],
    [
      'a way back by plain http',
      'returnTo: [http://catalog.example]',
      { 'gateway.yaml:3 returnTo.0': /expected https/ },
    ],
    [
      'a way back with a path',
      'returnTo: [https://catalog.example/x]',
      { 'gateway.yaml:3 returnTo.0': /no path, no query/ },
    ],
    [
      'a store of an unknown kind',
      'state: { sessions: memcached://x }',
      { 'gateway.yaml:3 state.sessions': /expected sqlite:PATH, redis:/ },
    ],
    [
      'sentinels without the name of what they watch',
      'state: { sessions: "redis+sentinel://a:26379,b:26379" }',
      { 'gateway.yaml:3 state.sessions': /name of the primary/ },
    ],
    [
      'several Redis servers that are neither a cluster nor sentinels',
      'state: { sessions: "redis://a,b" }',
      { 'gateway.yaml:3 state.sessions': /has several hosts/ },
    ],
    [
      'a database of a cluster',
      'state: { sessions: "rediss+cluster://a,b/1" }',
      { 'gateway.yaml:3 state.sessions': /no databases/ },
    ],
    [
      'TLS to PostgreSQL that anybody could answer',
      'state: { directory: "postgres://db/doorward?sslmode=require" }',
      { 'gateway.yaml:3 state.directory': /sslmode=require does not check who the server is/ },
    ],
    [
      'a pool without connections',
      'state: { directory: "postgres://db/doorward?pool=0" }',
      { 'gateway.yaml:3 state.directory': /expected pool=1/ },
    ],
    [
      'two upstreams for one place',
      'upstreams:\n  - { url: http://a }\n  - { path: /, url: http://b }',
      { 'gateway.yaml:5 upstreams.1': 'another upstream has the same host and path' },
    ],
    [
      'a file that is not there',
      'contact: ${file:nowhere.txt}',
      { 'gateway.yaml:3 contact': 'the file nowhere.txt cannot be used: there is no such file' },
    ],
    [
      'a variable that is not set',
      'contact: ${env:NOWHERE}',
      { 'gateway.yaml:3 contact': 'the environment variable NOWHERE is not set' },
    ],
    [
      'a reference of an unknown kind',
      'contact: ${NOWHERE}',
      { 'gateway.yaml:3 contact': 'expected ${env:NAME} or ${file:PATH} (for a literal ${ write $${)' },
    ],
    [
      'a duplicate key',
      'log: { level: info }\nlog: { level: warn }',
      { 'gateway.yaml:4 log': 'written twice; first in line 3' },
    ],
    [
      '__proto__',
      '__proto__: { admin: true }',
      { 'gateway.yaml:3 __proto__': 'this name is not allowed as a key' },
    ],
    ['an alias', 'brand: &b { name: x }\nlog: *b', { 'gateway.yaml:4 log': /aliases are not accepted/ }],
    ['a tag', 'contact: !!js/function x', { 'gateway.yaml:3 -': /tags are not accepted/ }],
    ['a tab', 'log:\n\tlevel: info', { 'gateway.yaml:4 -': /a tab in the indentation/ }],
    ['a second document', '---\na: b', { 'gateway.yaml:3 -': /more than one YAML document/ }],
    ['an open quote', 'contact: "a@b', { 'gateway.yaml:4 -': /a quote, bracket, comma or colon is missing/ }],
  ];
  it.each(mistakes)('%s', async (_, text, expected) => {
    await check(
      { 'gateway.yaml': `${smallGateway}${text}\n`, 'providers/google.yaml': smallProvider },
      expected,
    );
  });

  const bases: readonly (readonly [string, RegExp])[] = [
    ['http://sso.acme.example', /expected https/],
    ['https://sso.acme.example/app', /no path, no query/],
    ['https://sso.acme.example/?x=1', /no path, no query/],
    ['sso.acme.example', /expected a URL/],
    ['ftp://sso.acme.example', /expected a URL/],
    ['https://user:pass@sso.acme.example', /expected a URL/],
  ];
  it.each(bases)('the base URL %s', async (baseUrl, message) => {
    const gateway = smallGateway.replace('https://sso.acme.example', baseUrl);
    await check(
      { 'gateway.yaml': gateway, 'providers/google.yaml': smallProvider },
      { 'gateway.yaml:1 baseUrl': message },
    );
  });

  it.each(['http://localhost:4180', 'http://127.0.0.1', 'http://[::1]:80', 'http://sso.localhost'])(
    'but plain http is fine on this machine: %s',
    async (baseUrl) => {
      const gateway = smallGateway.replace('https://sso.acme.example', baseUrl);
      await check({ 'gateway.yaml': gateway, 'providers/google.yaml': smallProvider }, {});
    },
  );

  it('a short secret, an empty list of secrets, no secret at all', async () => {
    const provider = { 'providers/google.yaml': smallProvider };
    const base = 'baseUrl: https://sso.acme.example\n';
    await check(
      { ...provider, 'gateway.yaml': `${base}secrets: [short]\n` },
      { 'gateway.yaml:2 secrets.0': 'expected 32 characters or more' },
    );
    await check(
      { ...provider, 'gateway.yaml': `${base}secrets: []\n` },
      { 'gateway.yaml:2 secrets': 'expected at least one' },
    );
    await check(
      { ...provider, 'gateway.yaml': base },
      { 'gateway.yaml:- secrets': /^missing; expected: Secrets of 32/ },
    );
  });

  const whole: readonly (readonly [string, string, RegExp])[] = [
    ['empty', '', /the file is empty/],
    ['a comment', '# nothing\n', /the file is empty/],
    ['a list', '- a\n', /expected a map/],
    ['larger than 1 MB', `# ${'x'.repeat(1024 * 1024)}\n`, /larger than 1 MB/],
    ['a billion laughs', `a: &a [x]\nb: &b [${'*a,'.repeat(9)}]\n`, /aliases are not accepted|unknown key/],
    ['nested without end', `a: ${'['.repeat(5_000)}\n`, /./],
    ['nested too deeply', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`, /nested too deeply|unknown key/],
  ];
  it.each(whole)('a file that is %s', async (_, text, message) => {
    const { problems } = await load({ 'gateway.yaml': text, 'providers/google.yaml': smallProvider });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ file }) => file === 'gateway.yaml')).toBe(true);
    expect(problems.map(({ message: told }) => told).join('\n')).toMatch(message);
  });
});

describe("a mistake in a provider's file is told with file, line and key:", () => {
  const okta = 'preset: okta\ndomain: acme.okta.com\nclientId: c\nclientSecret: s\n';
  const saml = 'preset: saml\nmetadata: { url: https://idp.acme.example/md }\n';
  const idp = (url: string) =>
    `preset: saml\nidp:\n  entityId: urn:idp\n  ssoUrl: ${url}\n  certificates: ["\${file:idp.crt}"]\n`;
  const mistakes: readonly Mistake[] = [
    [
      'clientID for clientId, once',
      'preset: okta\ndomain: acme.okta.com\nclientID: c\nclientSecret: s\n',
      { 'providers/p.yaml:3 clientID': 'unknown key; did you mean clientId?' },
    ],
    [
      'no preset',
      'clientId: c\n',
      { 'providers/p.yaml:- preset': /^missing; expected one of microsoft, okta/ },
    ],
    [
      'an unknown preset',
      'preset: octa\n',
      { 'providers/p.yaml:1 preset': /found "octa"; did you mean okta\?/ },
    ],
    [
      'no domain',
      'preset: okta\nclientId: c\nclientSecret: s\n',
      { 'providers/p.yaml:- domain': 'missing; expected domain, or issuer' },
    ],
    [
      'no domain and no realm',
      'preset: keycloak\nclientId: c\nclientSecret: s\n',
      { 'providers/p.yaml:- domain': 'missing; expected domain and realm, or issuer' },
    ],
    [
      'no issuer',
      'preset: oidc\nclientId: c\nclientSecret: s\n',
      { 'providers/p.yaml:- issuer': /^missing; expected: Issuer/ },
    ],
    [
      'no client',
      'preset: google\n',
      { 'providers/p.yaml:- clientId': /^missing/, 'providers/p.yaml:- clientSecret': /^missing/ },
    ],
    [
      'a URL for a domain',
      okta.replace('acme.okta', 'https://acme.okta'),
      { 'providers/p.yaml:2 domain': /^expected a host name/ },
    ],
    [
      "another preset's key",
      `${okta}realm: x\n`,
      { 'providers/p.yaml:5 realm': 'means nothing to the preset okta' },
    ],
    [
      'tenants elsewhere',
      `${okta}tenants: [11111111-2222-3333-4444-555555555555]\n`,
      { 'providers/p.yaml:5 tenants': 'means nothing to the preset okta' },
    ],
    [
      'a tenant that is a name',
      'preset: microsoft\ntenant: common\nclientId: c\nclientSecret: s\n',
      { 'providers/p.yaml:2 tenant': /expected the directory \(tenant\) id, a GUID.*found "common"/ },
    ],
    [
      'a SAML key in an OIDC file',
      `${okta}metadata: { file: x }\n`,
      { 'providers/p.yaml:5 metadata': 'not for a provider that speaks oidc' },
    ],
    [
      'an OIDC key in a SAML file',
      `${saml}clientId: x\n`,
      { 'providers/p.yaml:3 clientId': 'not for a provider that speaks saml' },
    ],
    [
      'a protocol the preset does not speak',
      'preset: oidc\nprotocol: saml\n',
      { 'providers/p.yaml:2 protocol': 'the preset oidc speaks oidc only' },
    ],
    [
      'plain http',
      'preset: oidc\nissuer: http://idp.example\nclientId: c\nclientSecret: s\n',
      { 'providers/p.yaml:2 issuer': /expected https/ },
    ],
    [
      'plain http here, not asked for',
      'preset: oidc\nissuer: http://localhost:9000\nclientId: c\nclientSecret: s\n',
      { 'providers/p.yaml:2 issuer': /or allowInsecure: true/ },
    ],
    [
      'allowInsecure where a host is not this machine',
      'preset: oidc\nissuer: http://localhost:9000\nclientId: c\nclientSecret: s\nallowInsecure: true\n',
      { 'providers/p.yaml:5 allowInsecure': /not every host involved/ },
    ],
    [
      'an algorithm that is symmetric',
      `${okta}idTokenAlgs: [HS256]\n`,
      { 'providers/p.yaml:5 idTokenAlgs.0': /expected RS256.*found "HS256"/ },
    ],
    [
      'an algorithm that is none',
      `${okta}idTokenAlgs: [none]\n`,
      { 'providers/p.yaml:5 idTokenAlgs.0': /expected RS256/ },
    ],
    [
      'a secret with a public client',
      `${okta}clientAuth: none\n`,
      { 'providers/p.yaml:4 clientSecret': /expected no secret/ },
    ],
    [
      'a key that is none',
      okta.replace('clientSecret: s', 'privateKey: s'),
      { 'providers/p.yaml:4 privateKey': /expected a private key in PEM form/ },
    ],
    [
      'a weak key',
      okta.replace('clientSecret: s', 'privateKey: ${file:weak.key}'),
      { 'providers/p.yaml:4 privateKey': 'expected an RSA key of 2048 bits or more' },
    ],
    [
      'two scopes in one',
      `${okta}scopes: openid email\n`,
      { 'providers/p.yaml:5 scopes': 'expected one scope an item' },
    ],
    [
      'claim and claims',
      `${okta}groups: { claim: a, claims: [b] }\n`,
      { 'providers/p.yaml:5 groups.claims': 'expected claim or claims, not both' },
    ],
    [
      'a wrong word',
      `${okta}groups:\n  whenMissing: kep\n`,
      {
        'providers/p.yaml:6 groups.whenMissing':
          'expected keep, remove or refuse, found "kep"; did you mean keep?',
      },
    ],
    [
      'refusing where groups never come',
      'preset: google\nclientId: c\nclientSecret: s\ngroups: { whenMissing: refuse }\n',
      { 'providers/p.yaml:4 groups.whenMissing': /everybody would be refused/ },
    ],
    [
      'a group mapped twice in one spelling',
      `${okta}groups:\n  map:\n    A: x\n    A: y\n`,
      { 'providers/p.yaml:8 groups.map.A': 'written twice; first in line 7' },
    ],
    [
      'a group mapped twice in two spellings that look the same',
      `${okta}groups:\n  map:\n    "Caf\\u00e9": x\n    "Cafe\\u0301": y\n`,
      { 'providers/p.yaml:8 groups.map.Cafe\u0301': /mapped twice/ },
    ],
    [
      'a group that is no text',
      `${okta}groups:\n  map:\n    A: 7\n`,
      { 'providers/p.yaml:7 groups.map.A': /put it in quotes/ },
    ],
    [
      'an address for a domain',
      `${okta}admit: { emailDomains: ["@acme.example"] }\n`,
      { 'providers/p.yaml:5 admit.emailDomains.0': /without @/ },
    ],
    [
      'email domains that SAML cannot show',
      `${saml}admit: { emailDomains: acme.example }\n`,
      { 'providers/p.yaml:3 admit.emailDomains': /expected trustEmail: true/ },
    ],
    ['SAML without an identity provider', 'preset: saml\n', { 'providers/p.yaml:- metadata': /^missing/ }],
    [
      'metadata from two places',
      'preset: saml\nmetadata: { url: https://x.example, file: x }\n',
      { 'providers/p.yaml:2 metadata': 'expected either file or url' },
    ],
    [
      'a metadata file that is not there',
      'preset: saml\nmetadata: { file: none.xml }\n',
      { 'providers/p.yaml:2 metadata.file': 'this file cannot be used: there is no such file' },
    ],
    [
      'an identity provider by half',
      'preset: saml\nidp:\n  entityId: x\n',
      { 'providers/p.yaml:2 idp.certificates': /^missing/, 'providers/p.yaml:2 idp.ssoUrl': /^missing/ },
    ],
    [
      'a sign-in address by plain http',
      idp('http://idp.example'),
      { 'providers/p.yaml:4 idp.ssoUrl': /expected https/ },
    ],
    [
      'a certificate that is none',
      idp('https://idp.example').replace('${file:idp.crt}', 'MIIC'),
      { 'providers/p.yaml:5 idp.certificates.0': /expected an X\.509 certificate/ },
    ],
    [
      'a certificate of another key',
      `${saml}signing:\n  key: \${file:sp.key}\n  certificate: \${file:other.crt}\n`,
      { 'providers/p.yaml:5 signing.certificate': /belongs to another key/ },
    ],
    [
      'a key without its certificate',
      `${saml}signing:\n  key: \${file:sp.key}\n`,
      { 'providers/p.yaml:3 signing.certificate': /^missing/ },
    ],
    [
      'an unknown weakness',
      `${saml}allowWeak: [md5]\n`,
      { 'providers/p.yaml:3 allowWeak.0': 'expected sha1, cbc or rsa15, found "md5"' },
    ],
  ];
  it.each(mistakes)('%s', async (_, text, expected) => {
    await check({ ...keyFiles, 'gateway.yaml': smallGateway, 'providers/p.yaml': text }, expected);
  });

  it('names of files, and files that would be left out', async () => {
    const files = {
      'gateway.yaml': smallGateway,
      'providers/Okta EU.yaml': okta,
      'providers/okta.yml': okta,
      'providers/.hidden.yaml': 'x',
      'providers/off.yaml.off': 'x',
    };
    const { problems } = await load(files);
    expect(problems.map(({ file }) => file)).toEqual(['providers/Okta EU.yaml', 'providers/okta.yml']);
  });

  it('two files for one identity provider', async () => {
    const files = {
      ...keyFiles,
      'gateway.yaml': smallGateway,
      'providers/a.yaml': okta,
      'providers/b.yaml': okta,
      'providers/c.yaml': idp('https://idp.acme.example/sso'),
      'providers/d.yaml': idp('https://other.acme.example/sso'),
      'providers/e.yaml': saml,
      'providers/f.yaml': saml,
      'providers/g.yaml': okta.replace('clientId: c', 'clientId: another'),
    };
    const { problems } = await load(files);
    expect(placed(problems)).toEqual({
      'providers/b.yaml:3 clientId': expect.stringMatching(/^a\.yaml has the same issuer and client id/),
      'providers/d.yaml:3 idp.entityId': expect.stringMatching(/^c\.yaml has the same identity provider/),
      'providers/f.yaml:2 metadata': expect.stringMatching(/^e\.yaml has the same metadata/),
    });
  });
});

describe('many mistakes', () => {
  it('of all files are told at once, in order', async () => {
    const files = {
      'gateway.yaml': `baseUrl: http://sso.acme.example
secrets: [short]
prefix: sso
listen: nowhere
session: { idle: soon, absolute: 1 }
trustedProxies: [everyone]
headers: { user: mail, sett: x }
brand: Acme
log: { level: loud }
colour: red
`,
      'providers/a.yaml': `preset: okta
domain: https://a
clientID: x
clientSecret: 5
groups: { whenMissing: never, mapp: {} }
jit: { create: maybe }
`,
      'providers/b.yaml': `preset: saml
metadata: { uri: x }
signing: { key: x, certificate: y }
wantSigned: all
`,
      'providers/c.yaml': 'preset: google\n\tclientId: x\n',
    };
    const { problems } = await load(files);
    expect(problems.map(({ file, line, key: at }) => `${file}:${line} ${at}`)).toEqual([
      'gateway.yaml:1 baseUrl',
      'gateway.yaml:2 secrets.0',
      'gateway.yaml:3 prefix',
      'gateway.yaml:4 listen',
      'gateway.yaml:5 session.absolute',
      'gateway.yaml:5 session.idle',
      'gateway.yaml:6 trustedProxies.0',
      'gateway.yaml:7 headers.sett',
      'gateway.yaml:7 headers.user',
      'gateway.yaml:8 brand',
      'gateway.yaml:9 log.level',
      'gateway.yaml:10 colour',
      'providers/a.yaml:2 domain',
      'providers/a.yaml:3 clientID',
      'providers/a.yaml:4 clientSecret',
      'providers/a.yaml:5 groups.mapp',
      'providers/a.yaml:5 groups.whenMissing',
      'providers/a.yaml:6 jit.create',
      'providers/b.yaml:2 metadata.uri',
      'providers/b.yaml:3 signing.certificate',
      'providers/b.yaml:3 signing.key',
      'providers/b.yaml:4 wantSigned',
      'providers/c.yaml:2 undefined',
    ]);
  });

  it('are printed one a line, and in colour only where that is wanted', () => {
    const problems = [
      {
        file: '/etc/d/providers/okta.yaml',
        line: 7,
        key: 'clientID',
        message: 'unknown key; did you mean clientId?',
      },
      { file: '/etc/d/gateway.yaml', line: undefined, key: undefined, message: 'the file is empty' },
    ];
    expect(formatProblems(problems, { color: false, cwd: '/etc' })).toBe(
      'd/providers/okta.yaml:7  clientID  unknown key; did you mean clientId?\nd/gateway.yaml  the file is empty',
    );
    expect(formatProblems(problems, { color: false, cwd: '/home/ann' })).toContain(
      '/etc/d/gateway.yaml  the file',
    );
    expect(formatProblems(problems, { color: true })).toContain('\u001B[');
  });

  it('print no control characters that a key may hold', async () => {
    const { problems } = await load({
      'gateway.yaml': `${smallGateway}"\\e[31mred\\e[0m": 1\n`,
      'providers/google.yaml': smallProvider,
    });
    expect(problems).toHaveLength(1);
    expect(formatProblems(problems, { color: false })).not.toContain('\u001B');
  });
});
