import type { Guide } from './guide.ts';

export const onelogin: Guide = {
  product: 'OneLogin',
  oidc: {
    steps: [
      'OneLogin Administration → Applications → Add App → OpenId Connect (OIDC).',
      "Configuration: Login Url `{login}`, Redirect URI's `{redirectUri}`, Post Logout Redirect URIs `{signedOut}`.",
      'SSO: Application Type Web, Token Endpoint Authentication Method Basic. Copy Client ID and Client Secret.',
      'Parameters → Groups: the value that names the groups, such as User Roles or MemberOf, with Semicolon Delimited or Multi-value output.',
      'Access: the roles that may come in.',
    ],
    file: `preset: onelogin
domain: acme.onelogin.com
clientId: 9a8b7c60-1234-0140-5678-0a1b2c3d4e5f12345
clientSecret: \${env:ONELOGIN_CLIENT_SECRET}
groups:
  map: { Data Engineering: engineers }
`,
  },
  saml: {
    steps: [
      'OneLogin Administration → Applications → Add App → SAML Custom Connector (Advanced).',
      'Configuration: Audience (EntityID) `{entityId}`, Recipient and ACS (Consumer) URL `{acs}`, ACS URL Validator the same as a regular expression, Single Logout URL `{singleLogout}`, Login URL `{login}`.',
      'SAML initiator Service Provider, SAML nameID format Persistent, SAML signature element Assertion (or Both, with `wantSigned: both`).',
      'Parameters: NameID value OneLogin ID; `email` Email, `firstName` First Name, `lastName` Last Name, `username` Username, each "Include in SAML assertion"; `memberOf` MemberOf or User Roles, "Multi-value parameter".',
      'SSO: SAML Signature Algorithm SHA-256. Copy the Issuer URL: the metadata is there.',
    ],
    file: `preset: onelogin
protocol: saml
metadata:
  url: https://app.onelogin.com/saml/metadata/01234567-89ab-cdef-0123-456789abcdef
groups:
  map: { Data Engineering: engineers }
`,
  },
  notes: [
    'By OpenID Connect groups are in `groups`, by SAML in `memberOf`. Values that come from Active Directory are distinguished names: `groups.dn: cn` makes `CN=Data Engineers,OU=…` into `Data Engineers`.',
    'Values that OneLogin joins with semicolons are one text: choose the multi-value output.',
    'OneLogin signs with SHA-1 unless told otherwise; SHA-1 is refused here.',
  ],
};
