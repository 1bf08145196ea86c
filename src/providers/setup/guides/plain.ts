import type { Guide } from './guide.ts';

export const oidc: Guide = {
  product: 'Any OpenID Connect provider',
  oidc: {
    steps: [
      'Register a confidential web client: authorization code with PKCE (S256), redirect URI `{redirectUri}`, post-logout redirect URI `{signedOut}`, back-channel logout URI `{backChannelLogout}` where the provider has that.',
      'Release `sub`, `preferred_username`, `email`, `email_verified`, `name`, `given_name`, `family_name` and `groups`, in the ID token or at the userinfo endpoint.',
    ],
    file: `preset: oidc
label: Acme
issuer: https://idp.acme.example
clientId: doorward
clientSecret: \${env:OIDC_CLIENT_SECRET}
groups:
  claim: groups
  map: { data-engineers: engineers }
`,
  },
  notes: [
    'The issuer is compared byte for byte with what discovery says, a slash at its end included.',
    'A claim inside another is named by a JSON pointer (`/realm_access/roles`); several are united by `groups.claims`.',
  ],
};

export const saml: Guide = {
  product: 'Any SAML 2.0 identity provider',
  saml: {
    steps: [
      'Load our metadata from `{metadata}`, or type: entity id `{entityId}`, assertion consumer service `{acs}` (HTTP-POST), single logout service `{singleLogout}`.',
      'NameID: a value that never changes and is never given to another person, format persistent. A transient NameID is refused.',
      'Attributes: `email`, `displayName`, `firstName`, `lastName`, `username`, and `groups` with one value for each group.',
      'Sign response and assertion with SHA-256 or better; or say in the file which of the two is signed.',
    ],
    file: `preset: saml
label: Acme
metadata:
  url: https://idp.acme.example/metadata
groups:
  map: { data-engineers: engineers }
`,
  },
  notes: [
    'Signatures with SHA-1, and encryption with CBC or RSA 1.5, are accepted only when `allowWeak` names them.',
    'Without metadata: `idp: { entityId, ssoUrl, sloUrl, certificates }`.',
    'A federation: `metadata: { url, entityId, signedBy: ["${file:federation.pem}"] }` picks the member out of the aggregate, and uses nothing that the federation did not sign. The address of a metadata query (MDQ) for the one member is quicker.',
    'Metadata by URL are fetched in the background, as often as their `cacheDuration` says (every hour without one, every four at the least) and never after their `validUntil`; the last good ones are kept over a restart.',
  ],
};
