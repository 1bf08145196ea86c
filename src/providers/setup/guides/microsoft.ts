import type { Guide } from './guide.ts';

export const microsoft: Guide = {
  product: 'Microsoft Entra ID',
  oidc: {
    steps: [
      'Entra admin center → Entra ID → App registrations → New registration. Supported account types: this directory only (or, for several tenants, any Entra ID directory). Redirect URI: platform Web, `{redirectUri}`.',
      'Overview: copy the Directory (tenant) ID and the Application (client) ID.',
      'Certificates & secrets → New client secret: copy its Value (not its Secret ID), and note the day it ends: `clientSecretExpires` in the file has you warned of it.',
      'Token configuration → Add groups claim → Security groups (or Groups assigned to the application, which avoids the limit of 200). Leave it at Group ID for the ID token.',
      'Token configuration → Add optional claim → ID: `email`, `upn`, and `login_hint` where you want it.',
      'Authentication → Front-channel logout URL: `{frontChannelLogout}`. Leave both implicit grants off.',
      'For people with more than 200 groups: API permissions → Microsoft Graph → Application permissions → `GroupMember.Read.All` and `User.Read.All` → Grant admin consent, and `groups.lookup` in the file.',
    ],
    file: `preset: microsoft
tenant: 11111111-2222-3333-4444-555555555555 # Overview → Directory (tenant) ID
clientId: 66666666-7777-8888-9999-000000000000 # Overview → Application (client) ID
clientSecret: \${env:MICROSOFT_CLIENT_SECRET}
groups:
  lookup: { kind: graph, onFailure: refuse } # asks Microsoft Graph when Entra lists no groups
  map:
    0f9e8d7c-1111-4222-8333-944445555666: stewards
role:
  default: guest
  map: { stewards: admin }
`,
  },
  saml: {
    steps: [
      'Entra admin center → Entra ID → Enterprise apps → New application → Create your own application → Integrate any other application.',
      'Single sign-on → SAML → Upload metadata file with the document at `{metadata}`, or type: Identifier `{entityId}`, Reply URL `{acs}`, Sign on URL `{login}`, Logout URL `{singleLogout}`.',
      'Attributes & Claims: leave the four that are there; add a claim `displayname` in the namespace `http://schemas.microsoft.com/identity/claims` from `user.displayname`; add a group claim, Security groups or Groups assigned to the application, source attribute Group ID.',
      'SAML Certificates: Signing option "Sign SAML assertion" (or, with `wantSigned: both`, response and assertion), algorithm SHA-256.',
      'Users and groups: assign who may come in.',
    ],
    file: `preset: microsoft
protocol: saml
tenant: 11111111-2222-3333-4444-555555555555 # Overview → Directory (tenant) ID
groups:
  map:
    0f9e8d7c-1111-4222-8333-944445555666: stewards
`,
  },
  notes: [
    'A person is known by tenant and object id (`tid` and `oid`), the same by both protocols: changing from SAML to OpenID Connect keeps every user. An address never decides who somebody is.',
    'Groups arrive as object ids. `groups.lookup: { kind: graph, names: true }` gives them their names.',
    'Above 200 groups (150 by SAML) Entra sends a link in place of the list. With `groups.lookup` Microsoft Graph is asked; without it, a newcomer is refused by name (`groups_overage`), and a known person keeps what they have under `whenMissing: keep`.',
    'App roles (App registrations → App roles, assigned under Users and groups) arrive as `roles`. `groups.claims: [groups, roles]` makes them groups; `role.idpRoles: { Catalog.Admin: admin }` makes them roles here.',
    'Several tenants: `tenants: [GUID, GUID]` in place of `tenant`. The sign-in goes through the `organizations` endpoint, and the tenant of each token must be on the list.',
    'A single app for a sovereign cloud names its `issuer` itself, such as `https://login.microsoftonline.us/TENANT/v2.0`.',
    'Entra does not say whether an address is verified. With one tenant whose administrators alone write addresses, `trustEmail: true` lets `admit.emailDomains` work.',
  ],
};
