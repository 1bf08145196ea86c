import { createHash, createSign } from 'node:crypto';
import { samlKey } from '../../support/saml-keys.ts';
import { fixtureBase, fixtureIdp, fixtureRequestId } from '../../support/saml-provider.ts';

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const c14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const assertionNs = 'urn:oasis:names:tc:SAML:2.0:assertion';

/**
 * A response to the login of the fixtures, signed twice by hand: everything is written in its canonical form to begin
 * with, so that its digest is that of the text. For documents too large to keep.
 */
export function signedResponse(id: string, groups: readonly string[]): string {
  const values = groups.map((group) => `<saml:AttributeValue>${group}</saml:AttributeValue>`).join('');
  const until = '2026-03-14T09:31:50Z';
  const acs = `${fixtureBase}/sso/acs/okta`;
  const assertion = (signature: string): string =>
    `<saml:Assertion xmlns:saml="${assertionNs}" ID="_a-${id}" IssueInstant="2026-03-14T09:26:50Z" Version="2.0">` +
    `<saml:Issuer>${fixtureIdp}</saml:Issuer>${signature}` +
    `<saml:Subject><saml:NameID>${id}@acme.example</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
    `<saml:SubjectConfirmationData InResponseTo="${fixtureRequestId}" NotOnOrAfter="${until}" Recipient="${acs}"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="2026-03-14T09:26:40Z" NotOnOrAfter="${until}"><saml:AudienceRestriction><saml:Audience>${fixtureBase}/sso/metadata/okta</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="2026-03-14T09:26:45Z" SessionIndex="_s"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement><saml:Attribute Name="groups">${values}</saml:Attribute></saml:AttributeStatement></saml:Assertion>`;
  const response = (signature: string, content: string): string =>
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="${acs}" ID="_r-${id}" InResponseTo="${fixtureRequestId}" IssueInstant="2026-03-14T09:26:50Z" Version="2.0">` +
    `<saml:Issuer xmlns:saml="${assertionNs}">${fixtureIdp}</saml:Issuer>${signature}` +
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>${content}</samlp:Response>`;
  const inner = assertion(signature(`_a-${id}`, assertion('')));
  return response(signature(`_r-${id}`, response('', inner)), inner);
}

function signature(id: string, canonical: string): string {
  const digest = createHash('sha256').update(canonical).digest('base64');
  const info = (ns: string): string =>
    `<ds:SignedInfo${ns}><ds:CanonicalizationMethod Algorithm="${c14n}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>` +
    `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${dsig}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${c14n}"></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const value = createSign('sha256')
    .update(info(` xmlns:ds="${dsig}"`))
    .sign(samlKey('idp').privateKeyPem, 'base64');
  return `<ds:Signature xmlns:ds="${dsig}">${info('')}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
}
