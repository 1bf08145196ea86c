import type { Guide } from './guide.ts';

export const pingone: Guide = {
  product: 'PingOne',
  oidc: {
    steps: [
      'PingOne console → Applications → Add Application → OIDC Web App.',
      'Configuration: Response Type Code, Grant Type Authorization Code, PKCE S256_REQUIRED, Redirect URI `{redirectUri}`, Signoff URL `{signedOut}`, Token Auth Method Client Secret Basic.',
      'Resources: the scopes `profile` and `email`.',
      'Attribute Mappings → Add: `groups` ← Group Names.',
      'Overview: copy Environment ID, Client ID and Client Secret. Switch the application on.',
    ],
    file: `preset: pingone
environment: 11111111-2222-3333-4444-555555555555
region: eu # com, eu, ca, asia, com.au, sg
clientId: 66666666-7777-8888-9999-000000000000
clientSecret: \${env:PINGONE_CLIENT_SECRET}
groups:
  map: { Data Engineering: engineers }
`,
  },
  saml: {
    steps: [
      'PingOne console → Applications → Add Application → SAML Application → Import From URL: `{metadata}`, or Manually Enter: ACS URLs `{acs}`, Entity ID `{entityId}`.',
      'Configuration: Sign Assertion (or Sign Assertion & Response, with `wantSigned: both`), RSA_SHA256, SLO Endpoint `{singleLogout}`, SLO binding HTTP POST, Subject NameID format persistent.',
      'Attribute Mappings: `saml_subject` ← User ID, `email` ← Email Address, `firstName` ← Given Name, `lastName` ← Family Name, `username` ← Username, `groups` ← Group Names.',
      'Overview or Configuration: copy the IDP Metadata URL. Switch the application on.',
    ],
    file: `preset: pingone
protocol: saml
metadata:
  url: https://auth.pingone.eu/11111111-2222-3333-4444-555555555555/saml20/metadata/66666666-7777-8888-9999-000000000000
groups:
  map: { Data Engineering: engineers }
`,
  },
  notes: [
    'The region is the end of the host name of your console: com, eu, ca, asia, com.au, sg.',
    'Group Names are what people see; Group IDs never change. Map whichever you send.',
  ],
};

export const pingfederate: Guide = {
  product: 'PingFederate',
  oidc: {
    steps: [
      'PingFederate administration → Applications → OAuth → Clients → Add Client. Client Authentication Client Secret, Redirect URI `{redirectUri}`, grant type Authorization Code, Require Proof Key for Code Exchange.',
      'OpenID Connect: ID Token signing algorithm RSA using SHA-256, Post-Logout Redirect URI `{signedOut}`.',
      'Applications → OAuth → OpenID Connect Policy Management → the policy of the client: extend the contract by `groups` and fulfil it, for example from `memberOf` of the data store; include it in the ID token.',
      'The issuer is the base URL under System → Server → Protocol Settings.',
    ],
    file: `preset: pingfederate
domain: sso.acme.example:9031
clientId: doorward
clientSecret: \${env:PINGFEDERATE_CLIENT_SECRET}
groups:
  dn: cn # memberOf of a directory holds distinguished names
  map: { Data Engineers: engineers }
`,
  },
  saml: {
    steps: [
      'PingFederate administration → Applications → Integration → SP Connections → Create Connection → Browser SSO Profiles, SAML 2.0. Import Metadata: `{metadata}`, or Partner’s Entity ID `{entityId}`.',
      'SAML Profiles: SP-Initiated SSO, and SP-Initiated SLO where you use it. Assertion Creation → Attribute Contract: `SAML_SUBJECT` (a value that never changes, such as objectGUID), `email`, `firstName`, `lastName`, `groups`.',
      'Protocol Settings: ACS URL `{acs}` by POST, SLO service `{singleLogout}`; allowable bindings Redirect and POST. Signature Policy: as it comes the response is signed; with "Require signed SAML assertions" say `wantSigned: assertion`.',
      'Credentials: signing certificate, RSA SHA256. Activate the connection.',
    ],
    file: `preset: pingfederate
protocol: saml
domain: sso.acme.example:9031
groups:
  dn: cn
  map: { Data Engineers: engineers }
`,
  },
  notes: [
    'The metadata of the connection is at `/pf/federation_metadata.ping?PartnerSpId=` with our entity id, which the preset fills in from `domain`.',
    'A distinguished name is brought to its first part by `groups.dn: cn`; without that it is mapped whole.',
  ],
};
