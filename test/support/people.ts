import type { IdentityAssertion, User } from '../../src/identity/index.ts';
import type { JitPolicy } from '../../src/jit/index.ts';

/** A verified assertion of somebody ordinary; say only what matters to the test. */
export function assertionOf(overrides: Partial<IdentityAssertion> = {}): IdentityAssertion {
  return {
    provider: 'okta',
    issuer: 'https://acme.okta.example',
    subject: '00u1',
    userName: 'ann@acme.example',
    email: 'ann@acme.example',
    emailVerified: true,
    displayName: 'Ann Example',
    groups: { kind: 'present', names: [] },
    roles: [],
    authenticatedAt: 1_000,
    amr: [],
    idpSession: {},
    ...overrides,
  };
}

/** The user that the assertion above would have made. */
export function userOf(overrides: Partial<User> = {}): User {
  return {
    id: '018f0000-0000-7000-8000-000000000001',
    profile: {
      userName: 'ann@acme.example',
      email: 'ann@acme.example',
      emailVerified: true,
      displayName: 'Ann Example',
    },
    identities: [{ provider: 'okta', issuer: 'https://acme.okta.example', subject: '00u1' }],
    memberships: [],
    idpRoles: {},
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    ...overrides,
  };
}

/** A provider's rules with nothing special in them. */
export function policyOf(
  overrides: {
    admit?: Partial<JitPolicy['admit']>;
    jit?: JitPolicy['jit'];
    groups?: Partial<JitPolicy['groups']>;
  } = {},
): JitPolicy {
  return {
    id: 'okta',
    admit: { emailDomains: [], requireGroups: [], ...overrides.admit },
    jit: overrides.jit ?? { create: true },
    groups: { whenMissing: 'keep', map: [], unmapped: 'create', ...overrides.groups },
  };
}
