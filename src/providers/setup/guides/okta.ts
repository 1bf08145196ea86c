import type { Guide } from './guide.ts';

export const okta: Guide = {
  product: 'Okta',
  oidc: {
    steps: [
      'Okta Admin Console → Applications → Create App Integration → OIDC, Web Application.',
      'Grant type: Authorization Code. Sign-in redirect URI `{redirectUri}`, sign-out redirect URI `{signedOut}`. Assignments: the people or groups who may come in.',
      'Copy Client ID and Client secret from General → Client Credentials.',
      'Sign On → OpenID Connect ID Token → Groups claim type Filter: `groups`, matches regex, `.*` (or the narrower filter that you want).',
      'General → Logout, where you use it: Logout request URL `{frontChannelLogout}`.',
      'For people in more than 100 groups: Security → API → Tokens → Create token with a read-only administrator, and `groups.lookup` in the file.',
    ],
    file: `preset: okta
domain: acme.okta.com
clientId: 0oa1b2c3d4e5f6g7h8i9
clientSecret: \${env:OKTA_CLIENT_SECRET}
groups:
  map: { Data Engineering: engineers, Data Stewards: stewards }
role:
  default: guest
  map: { stewards: admin }
`,
  },
  saml: {
    steps: [
      'Okta Admin Console → Applications → Create App Integration → SAML 2.0.',
      'Single sign-on URL `{acs}` (also for Recipient and Destination), Audience URI `{entityId}`.',
      'Name ID format Persistent, application username Custom: `user.getInternalProperty("id")`. It outlives a change of name or address; the Okta user name does not.',
      'Show advanced settings: Response and Assertion Signature both Signed, RSA-SHA256. Single logout, where you use it: `{singleLogout}`, SP issuer `{entityId}`, with our certificate from `{metadata}`.',
      'Attribute statements: `login` user.login, `email` user.email, `firstName` user.firstName, `lastName` user.lastName, `displayName` user.displayName. Group attribute statement: `groups`, matches regex, `.*`.',
      'Sign On → SAML Signing Certificates → the active one → Actions → View IdP metadata: its address goes into the file.',
    ],
    file: `preset: okta
protocol: saml
metadata:
  url: https://acme.okta.com/app/exk1b2c3d4e5f6g7h8i9/sso/saml/metadata
groups:
  map: { Data Engineering: engineers }
`,
  },
  notes: [
    'The org server (`domain: acme.okta.com`) names groups with the scope `groups`. A custom authorization server is given by its `issuer`, such as `https://acme.okta.com/oauth2/default`, and needs a groups claim and a scope `groups` of its own, or `scopes: [profile, email]` in the file.',
    "The groups filter of an ID token gives at most 100 groups; beyond that the login fails at Okta or the list ends early. `groups.lookup: { kind: okta, domain: acme.okta.com, token: ${env:OKTA_TOKEN}, when: always }` asks Okta's API instead.",
    'A person deactivated in Okta gets `access_denied` there, and a refusal here.',
  ],
};
