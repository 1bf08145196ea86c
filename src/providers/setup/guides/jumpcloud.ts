import type { Guide } from './guide.ts';

export const jumpcloud: Guide = {
  product: 'JumpCloud',
  oidc: {
    steps: [
      'JumpCloud Admin Portal → SSO Applications → Add New Application → Custom Application → Manage Single Sign-On → Configure SSO with OIDC.',
      'SSO: Redirect URI `{redirectUri}`, Login URL `{login}`, Client Authentication Type Client Secret Basic.',
      'Attribute Mapping: standard scopes Email and Profile. Include group attribute: `groups`.',
      'Activate, and copy client id and client secret: the secret is shown once.',
      'User Groups: bind the groups whose people may come in to the application.',
    ],
    file: `preset: jumpcloud
clientId: 01234567-89ab-cdef-0123-456789abcdef
clientSecret: \${env:JUMPCLOUD_CLIENT_SECRET}
groups:
  map: { Data Engineering: engineers }
`,
  },
  saml: {
    steps: [
      'JumpCloud Admin Portal → SSO Applications → Add New Application → Custom Application → Manage Single Sign-On → Configure SSO with SAML.',
      'SP Entity ID `{entityId}`, ACS URL `{acs}`, Login URL `{login}`; Declare Redirect Endpoint on.',
      'SAMLSubject NameID: `email` is the default; a custom attribute that never changes is better. Format persistent, or as you like.',
      'Signature algorithm RSA-SHA256. Sign: Response (or Assertion & Response with `wantSigned: both`).',
      'Attributes: `email` email, `firstName` firstname, `lastName` lastname, `displayName` displayname, `username` username. Include group attribute: `memberOf`.',
      'Copy Metadata URL, and put it into the file.',
    ],
    file: `preset: jumpcloud
protocol: saml
metadata:
  url: https://sso.jumpcloud.com/saml2/metadata/acme-catalog # Copy Metadata URL
groups:
  map: { Data Engineering: engineers }
`,
  },
  notes: [
    'The issuer is one for all organizations of a region: `https://oauth.id.jumpcloud.com/`, and for others the file says `issuer: https://oauth.id.eu.jumpcloud.com/` or `issuer: https://oauth.id.in.jumpcloud.com/`.',
    'Groups are the names of JumpCloud user groups that are bound to the application. The claim is called what the administrator types: `groups` and `memberOf` are known, another is given by `groups.claim`.',
  ],
};
