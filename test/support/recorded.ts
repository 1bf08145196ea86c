import { inflateRawSync } from 'node:zlib';
import type { ProviderConfig } from '../../src/config/index.ts';
import { silentLog } from '../../src/identity/index.ts';
import { createProviders, type Provider, type ProviderAnswer } from '../../src/providers/index.ts';
import type { Json, OpKey } from './hostile-op.ts';
import { signed } from './hostile-op.ts';
import { ask, formPost } from './saml-ask.ts';
import { responseXml, type ResponseText } from './saml-document.ts';
import { sign } from '../fixtures/saml/sign.ts';
import { samlKey } from './saml-keys.ts';

/** What an OpenID provider was seen to answer, by the shape of its product. */
export interface RecordedOidc {
  /** Its discovery document, as far as it matters. */
  readonly discovery: Json;
  readonly idToken: Json;
  readonly userinfo?: Json;
  /** Further answers: GET or POST of exactly this address. */
  readonly more?: Readonly<Record<string, Json>>;
}

/** What a SAML identity provider was seen to answer. */
export interface RecordedSaml {
  readonly entityId: string;
  /** Statements of the response; ids and times are made fresh. */
  readonly response: Partial<ResponseText>;
  /** Which elements the product signs. */
  readonly signs: 'Response' | 'Assertion' | 'both';
}

const baseUrl = 'https://catalog.acme.example';
const redirectUri = (id: string) => `${baseUrl}/sso/callback/${id}`;

/** A provider by the real registry, whose network is the given function. */
function providerOf(config: ProviderConfig, fetch: typeof globalThis.fetch): Provider {
  const facts = new Map<string, string>();
  const provider = createProviders(
    {
      baseUrl,
      prefix: '/sso',
      login: { timeout: 600_000, maxPerMinutePerAddress: 1_000, maxPerMinutePerProvider: 1_000 },
      providers: [config],
    },
    {
      transient: {
        put: async (kind, key, value) => void facts.set(`${kind} ${key}`, value),
        async take(kind, key) {
          const value = facts.get(`${kind} ${key}`);
          facts.delete(`${kind} ${key}`);
          return value;
        },
        async addOnce(kind, key) {
          const fresh = !facts.has(`${kind} ${key}`);
          facts.set(`${kind} ${key}`, '');
          return fresh;
        },
      },
      log: silentLog,
      now: Date.now,
      fetch,
    },
  ).get(config.id);
  if (provider === undefined) throw new Error('no provider');
  return provider;
}

const json = (body: unknown) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });

/** A whole login by OpenID Connect: discovery, redirect, code, ID token signed with the key, userinfo where asked. */
export async function recordedOidcLogin(
  config: ProviderConfig,
  recorded: RecordedOidc,
  key: OpKey,
): Promise<ProviderAnswer> {
  if (config.protocol !== 'oidc') throw new Error('not OIDC');
  const { discovery, idToken, userinfo, more = {} } = recorded;
  let [nonce, state] = ['', ''];
  const fetch = async (input: URL | RequestInfo, init?: RequestInit): Promise<Response> => {
    const url = String(input instanceof Request ? input.url : input);
    const { origin, pathname } = new URL(url);
    const place = origin + pathname;
    if (place === `${config.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
      return json(discovery);
    if (place === discovery['pushed_authorization_request_endpoint']) {
      // What was pushed is not in the browser's address any more (RFC 9126).
      const pushed = new URLSearchParams(String(init?.body));
      nonce = pushed.get('nonce') ?? '';
      state = pushed.get('state') ?? '';
      return Response.json({ request_uri: 'urn:example:1', expires_in: 60 }, { status: 201 });
    }
    if (place === discovery['jwks_uri']) return json({ keys: [key.publicJwk] });
    if (place === discovery['token_endpoint'] && !(place in more)) {
      const now = Math.floor(Date.now() / 1000);
      const claims = { aud: config.clientId, iat: now, exp: now + 3600, nonce, ...idToken };
      return json({
        access_token: 'delegated-token',
        token_type: 'Bearer',
        expires_in: 3600,
        id_token: await signed(claims, { alg: key.alg, kid: key.kid }, key),
      });
    }
    if (place === discovery['userinfo_endpoint'] && userinfo !== undefined) return json(userinfo);
    const answer = more[place];
    return answer === undefined ? new Response('{}', { status: 404 }) : json(answer);
  };
  const provider = providerOf(config, fetch as typeof globalThis.fetch);
  const browser = 'a-browser';
  const begun = await ask(provider, {}, { session: false, step: 'start', browser, returnTo: '/' });
  if (begun.kind !== 'redirect') throw new Error('no redirect');
  const start = new URL(begun.url);
  if (start.origin + start.pathname !== discovery['authorization_endpoint'])
    throw new Error(`went to ${begun.url}`);
  nonce ||= start.searchParams.get('nonce') ?? '';
  state ||= start.searchParams.get('state') ?? '';
  const callback = new URL(redirectUri(config.id));
  callback.search = new URLSearchParams({
    code: 'a-code',
    state,
    ...(discovery['authorization_response_iss_parameter_supported'] === true && { iss: config.issuer }),
  }).toString();
  const request = { originalUrl: callback.pathname + callback.search };
  const ended = await ask(provider, request, { session: false, step: 'answer', browser });
  if (ended.kind !== 'success') throw new Error('no answer');
  return ended.answer;
}

/** A whole login by SAML: metadata, AuthnRequest, a response of this shape signed by xmlsec1, both locks. */
export async function recordedSamlLogin(
  config: ProviderConfig,
  recorded: RecordedSaml,
): Promise<ProviderAnswer> {
  if (config.protocol !== 'saml') throw new Error('not SAML');
  const { entityId, response, signs } = recorded;
  const certificate = samlKey('idp').certificatePem.replaceAll(/-----.*-----|\s/g, '');
  const metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.acme.example/sso"/></IDPSSODescriptor></EntityDescriptor>`;
  const idp = { entityId, ssoUrl: 'https://idp.acme.example/sso', sloUrl: undefined };
  const given: ProviderConfig =
    config.idp.from === 'file'
      ? { ...config, idp: { from: 'inline', ...idp, certificates: [samlKey('idp').certificatePem] } }
      : config;
  const provider = providerOf(given, (async (input: URL | RequestInfo) => {
    if (given.idp.from === 'url' && String(input) === given.idp.url) return new Response(metadata);
    return new Response('', { status: 404 });
  }) as typeof globalThis.fetch);
  try {
    const browser = 'a-browser';
    const begun = await ask(provider, {}, { session: false, step: 'start', browser, returnTo: '/' });
    if (begun.kind !== 'redirect') throw new Error('no redirect');
    const start = new URL(begun.url);
    const request = inflateRawSync(
      Buffer.from(start.searchParams.get('SAMLRequest') ?? '', 'base64'),
    ).toString();
    const requestId = / ID="([^"]+)"/.exec(request)?.[1];
    const now = Date.now();
    const at = (offset: number) => new Date(now + offset).toISOString();
    const acs = `${baseUrl}/sso/acs/${config.id}`;
    const xml = responseXml({
      issueInstant: at(0),
      issuer: entityId,
      destination: acs,
      recipient: acs,
      audience: config.entityId,
      inResponseTo: requestId,
      notBefore: at(-5_000),
      notOnOrAfter: at(300_000),
      confirmedUntil: at(300_000),
      ...response,
    });
    const withAssertion = signs === 'Response' ? xml : sign(xml, 'Assertion');
    const document = signs === 'Assertion' ? withAssertion : sign(withAssertion, 'Response');
    const form = formPost({
      SAMLResponse: Buffer.from(document).toString('base64'),
      RelayState: start.searchParams.get('RelayState') ?? '',
    });
    const ended = await ask(provider, form, { session: false, step: 'answer', browser });
    if (ended.kind !== 'success') throw new Error('no answer');
    return ended.answer;
  } finally {
    await provider.close();
  }
}
