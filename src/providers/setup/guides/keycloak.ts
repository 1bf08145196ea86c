import type { Guide } from './guide.ts';

export const keycloak: Guide = {
  product: 'Keycloak',
  oidc: {
    steps: [
      'Keycloak admin console → your realm → Clients → Create client: OpenID Connect, client authentication on, Standard flow only.',
      'Valid redirect URIs `{redirectUri}`, valid post logout redirect URIs `{signedOut}`. Advanced: PKCE method S256.',
      'Settings → Logout: front channel logout off, back-channel logout URL `{backChannelLogout}`, session required on.',
      'Client scopes → `CLIENT-dedicated` → Add mapper → By configuration → Group Membership: token claim name `groups`, full group path off, add to ID token on.',
      'Credentials: copy the client secret.',
    ],
    file: `preset: keycloak
domain: keycloak.acme.example
realm: acme
clientId: doorward
clientSecret: \${env:KEYCLOAK_CLIENT_SECRET}
groups:
  map: { data-engineers: engineers }
`,
  },
  saml: {
    steps: [
      'Keycloak admin console → your realm → Clients → Import client, with the document at `{metadata}`; or Create client, SAML, client id `{entityId}`, Valid redirect URIs and Assertion Consumer Service POST URL `{acs}`.',
      'Settings: Sign documents on (Sign assertions too, with `wantSigned: both`), RSA_SHA256; Name ID format persistent. Keys: client signature required on only if our requests are signed with the key in our metadata.',
      'Advanced: Logout Service Redirect Binding URL `{singleLogout}`.',
      'Client scopes → `CLIENT-dedicated` → Add mapper: By configuration → Group list: group attribute name `groups`, single group attribute on, full group path off. Predefined: X500 email, X500 givenName, X500 surname; User Property `username` as `username`.',
    ],
    file: `preset: keycloak
protocol: saml
domain: keycloak.acme.example
realm: acme
groups:
  map: { data-engineers: engineers }
`,
  },
  notes: [
    'Releases before 17 have `/auth` before `/realms`: give `issuer`, or `metadata.url`, with it.',
    'With full group path on, groups are `/data/engineers`: map them so.',
    'Realm roles as groups: `groups.claims: [groups, /realm_access/roles]`, with "add to ID token" on in the client scope `roles`.',
    'SAML: without single group attribute, Keycloak repeats the attribute for every group; both are understood.',
    'A person of another realm of the same server is another person: the realm is part of the issuer.',
  ],
};
