import type { Guide } from './guide.ts';

export const adfs: Guide = {
  product: 'Active Directory Federation Services',
  oidc: {
    steps: [
      'AD FS Management → Application Groups → Add Application Group → Server application accessing a web API (AD FS 2016 and later).',
      'Server application: copy the client identifier, redirect URI `{redirectUri}`; generate a shared secret.',
      'Web API: identifier the same client identifier, so that its claims are in the ID token. Permitted scopes: `openid`, `profile`, `email`, `allatclaims`.',
      'Web API → Issuance Transform Rules → Send LDAP Attributes as Claims: User-Principal-Name → UPN, E-Mail-Addresses → E-Mail Address, Display-Name → Name, Given-Name → Given Name, Surname → Surname, Token-Groups – Unqualified Names → `groups`.',
      'Logout: `Set-AdfsServerApplication -TargetIdentifier CLIENT-ID -LogoutUri {frontChannelLogout}`.',
    ],
    file: `preset: adfs
domain: fs.acme.example # the federation service name
clientId: 66666666-7777-8888-9999-000000000000
clientSecret: \${env:ADFS_CLIENT_SECRET}
groups:
  map: { Data Engineers: engineers }
`,
  },
  saml: {
    steps: [
      'AD FS Management → Relying Party Trusts → Add Relying Party Trust → Claims aware → Import data about the relying party published online: `{metadata}`. By hand: identifier `{entityId}`, SAML assertion consumer endpoint `{acs}` (POST), SAML logout endpoint `{singleLogout}`.',
      'Claim Issuance Policy → Send LDAP Attributes as Claims: User-Principal-Name → UPN, E-Mail-Addresses → E-Mail Address, Display-Name → Name, Given-Name → Given Name, Surname → Surname, Token-Groups – Unqualified Names → Group.',
      'Claim Issuance Policy → Transform an Incoming Claim: Primary SID → Name ID, format Persistent Identifier. AD FS sends no NameID unless a rule makes one; the SID outlives every change of name.',
      'Advanced: secure hash algorithm SHA-256.',
    ],
    file: `preset: adfs
protocol: saml
domain: fs.acme.example
groups:
  map: { Data Engineers: engineers }
`,
  },
  notes: [
    'AD FS signs the assertion. `Set-AdfsRelyingPartyTrust -SamlResponseSignature MessageAndAssertion` signs both, with `wantSigned: both` here.',
    'Token-Groups – Qualified by Domain Name gives `ACME\\Data Engineers`; distinguished names are brought to names by `groups.dn: cn`.',
    'Several farms are several files, each with its `domain`.',
  ],
};
