import { logIn } from '../../support/oidc-rp.ts';
import { publish } from './discovery-cases.ts';
import { type Expected, type OidcCase, rejected } from './case.ts';

const acme = '11111111-aaaa-4111-8111-111111111111';
const evil = '66666666-eeee-4666-8666-666666666666';
const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';
const issuerOf = (tid: string): string => template.replace('{tenantid}', tid);

/** Entra's `organizations` endpoint: the discovery document names a template, the token a tenant. */
function entra(
  row: number,
  sentence: string,
  claims: Record<string, unknown>,
  expected: Expected,
  config: object = { tenants: [acme] },
): OidcCase {
  return {
    row,
    sentence,
    behaviour: {
      discovery: (document) => ({
        ...document,
        issuer: template,
        authorization_endpoint: 'https://login.microsoftonline.com/authorize',
      }),
      claims: (good) => ({ ...good, iss: issuerOf(String(claims['tid'])), oid: 'oid-of-ann', ...claims }),
    },
    async run(bench) {
      const subject = ['oid'];
      const claimNames = { userName: ['preferred_username'], email: ['email'], displayName: ['name'] };
      publish(bench, 'https://login.microsoftonline.com/organizations/v2.0', {
        claims: { ...claimNames, subject, givenName: [], familyName: [] },
        ...config,
      });
      const home = bench.op.issuer;
      const browserSide = globalThis.fetch;
      // The browser, too, ends at the loopback.
      globalThis.fetch = (input, init) =>
        browserSide(
          String(input).replace('https://login.microsoftonline.com/authorize', `${home}/authorize`),
          init,
        );
      try {
        return await logIn(bench.rp);
      } finally {
        globalThis.fetch = browserSide;
      }
    },
    expected,
  };
}

/** Rows 30 and 31: many tenants behind one address. */
export const tenantCases: readonly OidcCase[] = [
  entra(
    30,
    'a tenant of the list comes in, under the issuer of that tenant',
    { tid: acme },
    {
      asserted: { issuer: issuerOf(acme), subject: 'oid-of-ann' },
    },
  ),
  entra(
    30,
    'a tenant of the list in capitals is the same tenant',
    { tid: acme },
    {
      asserted: { issuer: issuerOf(acme), subject: 'oid-of-ann' },
    },
    { tenants: [acme.toUpperCase()] },
  ),
  entra(30, 'a tenant that is not on the list', { tid: evil }, rejected('tenant')),
  entra(30, 'no tenant', { tid: undefined, iss: issuerOf('undefined') }, rejected('tenant')),
  entra(
    30,
    'a tenant of the list with the issuer of another',
    { tid: acme, iss: issuerOf(evil) },
    rejected('iss'),
  ),
  entra(30, 'the template itself as issuer', { tid: '{tenantid}', iss: template }, rejected('tenant')),
  entra(30, 'a tenant that plays with the replacement', { tid: '$&', iss: template }, rejected('tenant')),
  entra(30, 'a tenant in a list', { tid: [acme], iss: issuerOf(acme) }, rejected('tenant')),
  entra(30, 'a template without a list of tenants', { tid: acme }, rejected('discovery_issuer'), {
    tenants: [],
  }),
  entra(
    31,
    "an attacker's allowed tenant with the victim's email is another person, whose address nobody vouches for",
    {
      tid: evil,
      oid: 'oid-of-mallory',
      email: 'ann@acme.example',
      email_verified: undefined,
    },
    {
      asserted: { issuer: issuerOf(evil), subject: 'oid-of-mallory', emailVerified: false },
    },
    { tenants: [acme, evil] },
  ),
  entra(
    31,
    'without the oid nobody comes in, although there is a sub',
    { tid: acme, oid: undefined },
    rejected('subject'),
  ),
];
