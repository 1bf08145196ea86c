import { logIn } from '../../support/oidc-rp.ts';
import { ann, type Bench, type Expected, type OidcCase, rejected, unavailable } from './case.ts';

/** A provider at a public address, as far as we can see: requests to it end at the loopback. */
function published(
  sentence: string,
  change: (home: string) => Record<string, unknown>,
  expected: Expected,
): OidcCase {
  return {
    row: 29,
    sentence,
    behaviour: ({ op }) => ({ discovery: (document) => ({ ...document, ...change(op.issuer) }) }),
    async run(bench) {
      publish(bench, 'https://op.example');
      return logIn(bench.rp);
    },
    expected,
  };
}

/** Gives the provider a public https issuer; `http:` addresses are as forbidden as in production. */
export function publish({ rp, op }: Bench, issuer: string, config = {}): void {
  op.state.issuer = issuer;
  const home = op.issuer;
  const { origin } = new URL(issuer);
  rp.configure(
    { issuer, allowInsecure: false, ...config },
    {
      fetch: (input, init) => {
        const url = String(input);
        if (!url.startsWith(origin)) throw new Error(`a request went to ${url}`);
        return fetch(url.replace(origin, home), init);
      },
    },
  );
}

const authorize = { authorization_endpoint: 'https://op.example/authorize' };

/** Row 29: what the discovery document may send us to. */
export const discoveryCases: readonly OidcCase[] = [
  {
    row: 29,
    module: 'discovery-openid-config',
    sentence: 'the discovery document is read once for many logins',
    async run({ rp, op }) {
      await logIn(rp);
      await logIn(rp);
      const outcome = await logIn(rp);
      if (op.count('/.well-known/openid-configuration') !== 1) throw new Error('read again');
      return outcome;
    },
    expected: ann,
  },
  {
    row: 29,
    module: 'discovery-issuer-mismatch',
    sentence: 'a discovery document of another issuer',
    behaviour: { discovery: (document) => ({ ...document, issuer: 'https://evil.example' }) },
    expected: rejected('discovery_issuer'),
  },
  {
    row: 29,
    sentence: 'a discovery document of the issuer with a slash more',
    behaviour: ({ op }) => ({ discovery: (document) => ({ ...document, issuer: `${op.issuer}/` }) }),
    expected: rejected('discovery_issuer'),
  },
  {
    row: 29,
    sentence: 'a discovery document without an issuer',
    behaviour: { discovery: (document) => ({ ...document, issuer: undefined }) },
    expected: rejected('discovery_issuer'),
  },
  published(
    'a plain-http token endpoint',
    () => ({ ...authorize, token_endpoint: 'http://op.example/token' }),
    rejected('discovery_insecure'),
  ),
  published(
    'a plain-http key address',
    () => ({ ...authorize, jwks_uri: 'http://op.example/jwks' }),
    rejected('discovery_insecure'),
  ),
  published('a plain-http authorization endpoint', () => ({}), rejected('discovery_insecure')),
  published(
    'a javascript: authorization endpoint',
    () => ({ authorization_endpoint: 'javascript:alert(1)' }),
    rejected('discovery_insecure'),
  ),
  published(
    'a file: key address',
    () => ({ ...authorize, jwks_uri: 'file:///etc/passwd' }),
    rejected('discovery_insecure'),
  ),
  published(
    'a token endpoint on the loopback',
    () => ({ ...authorize, token_endpoint: 'https://127.0.0.1:9200/token' }),
    rejected('discovery_private'),
  ),
  published(
    'a token endpoint on the loopback, written as one number',
    () => ({ ...authorize, token_endpoint: 'https://2130706433/token' }),
    rejected('discovery_private'),
  ),
  published(
    'a token endpoint on the loopback by IPv6',
    () => ({ ...authorize, token_endpoint: 'https://[::1]/token' }),
    rejected('discovery_private'),
  ),
  published(
    'a token endpoint on the loopback by IPv4 within IPv6',
    () => ({ ...authorize, token_endpoint: 'https://[::ffff:127.0.0.1]/token' }),
    rejected('discovery_private'),
  ),
  ...Object.entries({
    'by NAT64': '[64:ff9b::a01:203]',
    'by a NAT64 of its own': '[64:ff9b:1::a01:203]',
    'by 6to4': '[2002:a01:203::1]',
    'of the old kind': '[fec0::1]',
    'in shared address space': '100.64.1.1',
    'written in octal': '012.01.02.03',
    'written in hexadecimal': '0x0a010203',
    'of fewer parts': '10.66051',
    'with a dot behind it': '10.1.2.3.',
    'of letters like digits': '１０.1.2.3',
  }).map(([how, host]) =>
    published(
      `a token endpoint in a private network, ${how}`,
      () => ({ ...authorize, token_endpoint: `https://${host}/token` }),
      rejected('discovery_private'),
    ),
  ),
  published(
    'a plain-http endpoint for pushed requests',
    () => ({ ...authorize, pushed_authorization_request_endpoint: 'http://op.example/par' }),
    rejected('discovery_insecure'),
  ),
  published(
    'a userinfo endpoint at the cloud\u2019s metadata address',
    () => ({ ...authorize, userinfo_endpoint: 'https://169.254.169.254/latest' }),
    rejected('discovery_private'),
  ),
  published(
    'a key address in a private network',
    () => ({ ...authorize, jwks_uri: 'https://10.1.2.3/jwks' }),
    rejected('discovery_private'),
  ),
  published(
    'a key address at localhost',
    () => ({ ...authorize, jwks_uri: 'https://localhost/jwks' }),
    rejected('discovery_private'),
  ),
  published(
    'a key address at a name without a dot',
    () => ({ ...authorize, jwks_uri: 'https://vault/jwks' }),
    rejected('discovery_private'),
  ),
  published(
    'a key address under .internal',
    () => ({ ...authorize, jwks_uri: 'https://vault.internal./jwks' }),
    rejected('discovery_private'),
  ),
  published(
    'a token endpoint with a password in it',
    () => ({ ...authorize, token_endpoint: 'https://a:b@op.example/token' }),
    rejected('discovery_endpoint'),
  ),
  published(
    'a token endpoint that is no address',
    () => ({ ...authorize, token_endpoint: 'token' }),
    rejected('discovery_endpoint'),
  ),
  published(
    'no token endpoint',
    () => ({ ...authorize, token_endpoint: undefined }),
    rejected('discovery_endpoint'),
  ),
  {
    row: 29,
    sentence: 'a redirect in place of the discovery document is not followed',
    behaviour: { status: { '/.well-known/openid-configuration': 302 } },
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      if (op.count('/elsewhere') > 0) throw new Error('it was followed');
      return outcome;
    },
    expected: unavailable('discovery_status'),
  },
  {
    row: 29,
    sentence: 'no discovery document',
    behaviour: { status: { '/.well-known/openid-configuration': 404 } },
    expected: unavailable('discovery_status'),
  },
  {
    row: 29,
    sentence: 'a discovery document that is a list',
    behaviour: { discovery: () => [] },
    expected: unavailable('discovery_malformed'),
  },
  {
    row: 29,
    sentence: 'a discovery document of 3 MB',
    behaviour: { discovery: (document) => ({ ...document, padding: 'a'.repeat(3_000_000) }) },
    expected: rejected('response_too_large'),
  },
  {
    row: 29,
    sentence:
      'a provider that is down is asked again only after some seconds, and is then believed to be back',
    behaviour: { status: { '/.well-known/openid-configuration': 500 } },
    async run({ rp, op }) {
      let ahead = 0;
      rp.configure({ issuer: op.issuer }, { now: () => Date.now() + ahead });
      for (let each = 0; each < 5; each += 1) await logIn(rp);
      if (op.count('/.well-known/openid-configuration') !== 1) throw new Error('asked again at once');
      op.behave();
      ahead = 4_000;
      return logIn(rp);
    },
    expected: ann,
  },
];
