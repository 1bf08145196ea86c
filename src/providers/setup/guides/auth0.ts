import type { Guide } from './guide.ts';

export const auth0: Guide = {
  product: 'Auth0',
  oidc: {
    steps: [
      'Auth0 Dashboard → Applications → Create Application → Regular Web Applications.',
      'Settings: Allowed Callback URLs `{redirectUri}`, Allowed Logout URLs `{signedOut}`, OpenID Connect Back-Channel Logout URI `{backChannelLogout}`. Copy Domain, Client ID and Client Secret.',
      'Advanced Settings → OAuth: JsonWebToken Signature Algorithm RS256, OIDC Conformant on. Grant Types: Authorization Code.',
      "Actions → Triggers → post-login → a custom Action: `api.idToken.setCustomClaim('https://acme.example/groups', event.authorization?.roles ?? [])`.",
    ],
    file: `preset: auth0
domain: acme.eu.auth0.com
clientId: aBcDeFgHiJkLmNoPqRsTuVwXyZ012345
clientSecret: \${env:AUTH0_CLIENT_SECRET}
groups:
  claim: https://acme.example/groups # the name that the Action gives it
  map: { Data Engineering: engineers }
`,
  },
  saml: {
    steps: [
      'Auth0 Dashboard → Applications → your application → Addons → SAML2 Web App: Application Callback URL `{acs}`.',
      'Settings of the addon: `{ "audience": "{entityId}", "recipient": "{acs}", "destination": "{acs}", "signatureAlgorithm": "rsa-sha256", "digestAlgorithm": "sha256", "nameIdentifierFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "nameIdentifierProbes": ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"], "logout": { "callback": "{singleLogout}" } }`',
      'Usage: copy the address of the Identity Provider Metadata.',
      "Actions → post-login: `api.samlResponse.setAttribute('http://schemas.xmlsoap.org/claims/Group', event.authorization?.roles ?? [])`.",
    ],
    file: `preset: auth0
protocol: saml
metadata:
  url: https://acme.eu.auth0.com/samlp/metadata/aBcDeFgHiJkLmNoPqRsTuVwXyZ012345
groups:
  map: { Data Engineering: engineers }
`,
  },
  notes: [
    'The issuer ends in a slash. With a custom domain, `domain` is that one.',
    'Auth0 has no groups of its own in a token: an Action adds roles, or what the connection brought, under a name that is a URL.',
    'The SAML addon signs with SHA-1 and looks for an address as NameID unless its settings say otherwise; both are above.',
  ],
};
