import type { SamlProviderConfig } from '../../src/config/index.ts';
import { Failure } from '../../src/identity/index.ts';
import type { LoginFlow, LoginFlows } from '../../src/providers/types.ts';
import { samlKey } from './saml-keys.ts';

/** The fixtures' one moment: every committed document was issued just before it. */
export const fixtureNow = Date.parse('2026-03-14T09:26:55Z');
export const fixtureBase = 'https://catalog.acme.example';
export const fixtureRequestId = '_request-of-this-login';
export const fixtureIdp = 'https://idp.acme.example/saml';

/** A provider's file as config would load it, strict defaults. */
export function samlConfig(changes: Partial<SamlProviderConfig> = {}): SamlProviderConfig {
  const id = changes.id ?? 'okta';
  return {
    protocol: 'saml',
    id,
    file: `/config/providers/${id}.yaml`,
    lines: {},
    preset: 'saml',
    label: 'Okta',
    domains: [],
    admit: { emailDomains: [], requireGroups: [] },
    jit: { create: true, linkBy: 'none' },
    groups: { claims: ['groups'], whenMissing: 'keep', map: [], unmapped: 'create' },
    role: { default: 'guest', map: [] },
    trustEmail: false,
    idp: {
      from: 'inline',
      entityId: fixtureIdp,
      ssoUrl: 'https://idp.acme.example/sso',
      sloUrl: undefined,
      certificates: [samlKey('idp').certificatePem],
    },
    entityId: `${fixtureBase}/sso/metadata/${id}`,
    signing: undefined,
    decryption: undefined,
    nameIdFormat: undefined,
    wantSigned: 'both',
    attributes: {
      subject: ['NameID'],
      userName: ['userName', 'NameID'],
      email: ['email', 'mail'],
      displayName: ['displayName'],
      givenName: ['givenName', 'firstName'],
      familyName: ['familyName', 'lastName'],
    },
    allowUnsolicited: false,
    allowWeak: [],
    clockTolerance: 60_000,
    maxAuthenticationAge: undefined,
    forceAuthn: false,
    signals: undefined,
    allowInsecure: false,
    ...changes,
  };
}

/** Login flows in memory, with the promises of the real ones: once, of this provider, in this browser. */
export function memoryFlows(): LoginFlows & { put(key: string, flow: LoginFlow, browser: string): void } {
  const flows = new Map<string, { flow: LoginFlow; browser: string }>();
  let next = 0;
  return {
    put: (key, flow, browser) => void flows.set(key, { flow, browser }),
    begin(flow, browser) {
      const key = String((next += 1)).padStart(43, '0');
      flows.set(key, { flow, browser });
      return Promise.resolve(key);
    },
    finish(key, provider, browser) {
      const found = flows.get(key);
      if (found?.flow.provider !== provider || found.browser !== browser) {
        return Promise.reject(new Failure('login_state_unknown'));
      }
      flows.delete(key);
      return Promise.resolve(found.flow);
    },
  };
}

/** Replay records in memory. */
export function memoryOnce(): {
  addOnce(kind: string, key: string, ttl: number): Promise<boolean>;
  readonly size: number;
} {
  const seen = new Set<string>();
  return {
    addOnce(kind, key) {
      const fresh = !seen.has(`${kind} ${key}`);
      seen.add(`${kind} ${key}`);
      return Promise.resolve(fresh);
    },
    get size() {
      return seen.size;
    },
  };
}
