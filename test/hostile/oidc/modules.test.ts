import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { oidcCases } from './cases.ts';

/** A test of another file that repeats the module: the file under `test/`, and its sentence. */
interface Elsewhere {
  readonly file: string;
  readonly sentence: string;
}

/** A case of {@link oidcCases} bears its name; a test elsewhere repeats it; or why there is nothing to repeat. */
type Cover = 'case' | Elsewhere | { readonly not: string };

const backChannel = (sentence: string): Elsewhere => ({
  file: 'hostile/signals/back-channel-cases.ts',
  sentence,
});
const refresh = (sentence: string): Elsewhere => ({ file: 'hostile/signals/refresh.test.ts', sentence });
const signOut = (sentence: string): Elsewhere => ({
  file: 'integration/signals/oidc-sign-out.test.ts',
  sentence,
});
const codeOnly = { not: 'only the code flow is spoken, by which no code comes beside an ID token' };
const plainRequest = { not: 'requests are plain or pushed, never signed and fetched from us' };

/** The relying party's modules of the OpenID Foundation's conformance suite, all of its plans, without `oidcc-client-test-`. */
const modules: Readonly<Record<string, Cover>> = {
  '': {
    file: 'integration/oidc/login.test.ts',
    sentence: 'ends in an assertion with everything that the provider vouches for',
  },
  'aggregated-claims': 'case',
  'client-secret-basic': 'case',
  'distributed-claims': 'case',
  'discovery-issuer-mismatch': 'case',
  'discovery-jwks-uri-keys': 'case',
  'discovery-openid-config': 'case',
  'discovery-webfinger-acct': { not: 'issuers come from the configuration, nobody looks for them' },
  'discovery-webfinger-url': { not: 'issuers come from the configuration, nobody looks for them' },
  'dynamic-registration': { not: 'clients are registered by an administrator' },
  'form-post-error': {
    file: 'hostile/gateway/callbacks.test.ts',
    sentence: 'an answer by POST (form_post) is not taken',
  },
  'idtoken-sig-none': 'case',
  'idtoken-sig-rs256': 'case',
  'ignores-unparseable-key-in-jwks': 'case',
  'invalid-athash': 'case',
  'invalid-aud': 'case',
  'invalid-chash': codeOnly,
  'invalid-iss': 'case',
  'invalid-sig-es256': 'case',
  'invalid-sig-hs256': 'case',
  'invalid-sig-rs256': 'case',
  'kid-absent-multiple-jwks': 'case',
  'kid-absent-single-jwks': 'case',
  'missing-athash': 'case',
  'missing-aud': 'case',
  'missing-chash': codeOnly,
  'missing-iat': 'case',
  'missing-sub': 'case',
  'mtls-endpoint-aliases': { not: 'clients authenticate by a secret or a signed JWT' },
  'nonce-invalid': 'case',
  'nonce-unless-code-flow': { file: 'integration/oidc/login.test.ts', sentence: 'a fresh state and nonce' },
  'refresh-token': refresh('a good answer with a new ID token'),
  'refresh-token-invalid-aud': refresh('an ID token for another client'),
  'refresh-token-invalid-azp': refresh('an ID token whose azp is another client'),
  'refresh-token-invalid-issuer': refresh('an ID token of another issuer'),
  'refresh-token-invalid-sub': refresh('an ID token of another person'),
  'request-uri-signed-none': plainRequest,
  'request-uri-signed-rs256': plainRequest,
  'rp-backchannel-rpinitlogout': backChannel('a good token with sid and sub ends that session and no other'),
  'rp-backchannel-rpinitlogout-alg-none': backChannel('alg none'),
  'rp-backchannel-rpinitlogout-no-event': backChannel('no events'),
  'rp-backchannel-rpinitlogout-with-nonce': backChannel('a nonce'),
  'rp-backchannel-rpinitlogout-wrong-alg': backChannel(
    'an algorithm that the file of the provider does not allow',
  ),
  'rp-backchannel-rpinitlogout-wrong-aud': backChannel('the token of another client'),
  'rp-backchannel-rpinitlogout-wrong-event': backChannel('another event'),
  'rp-backchannel-rpinitlogout-wrong-iss': backChannel('another issuer'),
  'rp-frontchannel-opinitlogout': {
    file: 'hostile/signals/front-channel.test.ts',
    sentence: 'iss and sid end that session',
  },
  'rp-frontchannel-rpinitlogout': {
    file: 'hostile/signals/front-channel.test.ts',
    sentence: 'iss and sid end that session',
  },
  'rp-init-logout': signOut('goes on to its end_session_endpoint when the session here is dead'),
  'rp-init-logout-no-state': signOut('ends at the signed-out page, where nothing signs anybody in again'),
  'rp-init-logout-other-state': signOut('ends at the signed-out page, where nothing signs anybody in again'),
  'scope-userinfo-claims': 'case',
  'session-management': { not: 'no frame of the provider is asked; logout comes by the channels' },
  'signing-key-rotation': 'case',
  'signing-key-rotation-just-before-signing': 'case',
  '3rd-party-init-login': { not: 'a login is begun at the address of its provider, not by naming an issuer' },
  'userinfo-bearer-body': { not: 'the access token goes into the header, which every provider takes' },
  'userinfo-bearer-header': 'case',
  'userinfo-invalid-sub': 'case',
  'userinfo-signed': 'case',
};

const played = new Set(oidcCases.flatMap(({ module }) => module ?? []));
const named = Object.entries(modules).map(
  ([name, cover]) => [`oidcc-client-test${name && '-'}${name}`, name, cover] as const,
);

describe('the relying party\u2019s modules of the OpenID Foundation', () => {
  it.each(named.filter(([, , cover]) => cover === 'case'))('25: %s is a case by its name', (_title, name) => {
    expect(played).toContain(name);
  });

  it.each(
    named.flatMap(([title, , cover]) =>
      typeof cover === 'object' && 'file' in cover ? [[title, cover] as const] : [],
    ),
  )('25: %s is repeated by a test of another suite', (_title, { file, sentence }) => {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(sentence);
  });

  it('25: no case bears the name of a module that there is not', () => {
    expect([...played].filter((name) => modules[name] !== 'case')).toEqual([]);
  });
});
