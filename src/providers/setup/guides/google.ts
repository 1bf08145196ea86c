import type { Guide } from './guide.ts';

export const google: Guide = {
  product: 'Google Workspace',
  oidc: {
    steps: [
      'Google Cloud console → Google Auth Platform → Branding and Audience: Internal, so that only people of your Workspace may sign in.',
      'Clients → Create client → Web application. Authorized redirect URI: `{redirectUri}`. Copy client id and client secret.',
      'For groups: IAM → Service accounts → Create; Keys → Add key → JSON. Enable the Cloud Identity API (or the Admin SDK API) for the project.',
      'Google Admin console → Security → API controls → Domain-wide delegation → Add new: the client id of the service account, scope `https://www.googleapis.com/auth/cloud-identity.groups.readonly` (or, for `api: directory`, `https://www.googleapis.com/auth/admin.directory.group.readonly`).',
    ],
    file: `preset: google
clientId: 123456789012-abcdefghijklmnop.apps.googleusercontent.com
clientSecret: \${env:GOOGLE_CLIENT_SECRET}
admit:
  emailDomains: [acme.example] # or anybody with a Google account could come in
groups:
  lookup:
    kind: google
    key: \${env:GOOGLE_SERVICE_ACCOUNT} # the JSON of the service account, or \${file:google.json}
    subject: admin@acme.example # an administrator in whose name groups are read
    onFailure: refuse
  map: { data-engineers@acme.example: engineers }
`,
  },
  saml: {
    steps: [
      'Google Admin console → Apps → Web and mobile apps → Add app → Add custom SAML app.',
      'Google Identity Provider details: Download metadata, and put the file beside gateway.yaml.',
      'Service provider details: ACS URL `{acs}`, Entity ID `{entityId}`. Leave Signed response off (the assertion is signed), or switch it on and say `wantSigned: response`. Name ID format EMAIL, Name ID Basic Information > Primary email.',
      'Attribute mapping: Primary email → `email`, First name → `firstName`, Last name → `lastName`. Group membership: choose the groups, app attribute `groups`.',
      'User access: on for everyone, or for the organizational units that may come in.',
    ],
    file: `preset: google
protocol: saml
metadata:
  file: GoogleIDPMetadata.xml
groups:
  map: { Data Engineers: engineers }
`,
  },
  notes: [
    'ID tokens of Google name no groups. `groups.lookup` asks the Cloud Identity API (nested groups included) or, with `api: directory`, the Directory API; a look-up that fails is refused or keeps what was there, as `onFailure` says, and never means "no groups".',
    'Groups are known by their address, such as `data-engineers@acme.example`; with `names: true` by their display name.',
    'By OpenID Connect a person is known by `sub`, which never changes. By SAML the NameID is the primary address: a person whose address changes becomes a new user, so prefer OpenID Connect.',
    'SAML names at most 75 of the groups that were chosen in the app, by their display names.',
    'There is no logout address at Google: signing out here leaves the Google session.',
  ],
};
