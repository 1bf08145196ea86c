/** Writes SAML responses as text, unsigned: one builder for the IdP of the integration tests and for the fixtures. */
export interface AttributeText {
  readonly name: string;
  readonly values: readonly string[];
}

export interface ResponseText {
  readonly responseId?: string;
  readonly assertionId?: string;
  readonly issueInstant: string;
  readonly issuer: string;
  readonly responseIssuer?: string | undefined;
  readonly destination?: string | undefined;
  readonly recipient?: string | undefined;
  readonly audience?: string | undefined;
  readonly inResponseTo?: string | undefined;
  /** InResponseTo of the Response element where it differs. */
  readonly responseInResponseTo?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly notOnOrAfter?: string | undefined;
  readonly confirmedUntil?: string | undefined;
  readonly authnInstant?: string;
  readonly sessionNotOnOrAfter?: string | undefined;
  readonly sessionIndex?: string;
  /** Raw XML of the NameID's content. */
  readonly nameId?: string;
  readonly nameIdFormat?: string;
  readonly attributes?: readonly AttributeText[];
  /** Raw XML behind Issuer and Subject, in place of what the builder writes. */
  readonly subject?: string;
  readonly conditions?: string;
  readonly statement?: string;
  /** Raw XML of further things in the assertion, after the attributes. */
  readonly more?: string;
  readonly extensions?: string;
  readonly status?: string;
  /** Raw XML that stands where a Signature belongs. */
  readonly responseSignature?: string;
  readonly assertionSignature?: string;
}

export const emailFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
export const persistentFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

const statusText = (code: string): string =>
  `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}"/></samlp:Status>`;

/** A denial: a Response with a status and no assertion. */
export function denialXml(o: ResponseText, code: string, subCode: string, message: string): string {
  const status = `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${subCode}"/></samlp:StatusCode><samlp:StatusMessage>${message}</samlp:StatusMessage></samlp:Status>`;
  return wrap({ ...o, status }, '');
}

export function responseXml(o: ResponseText): string {
  return wrap(o, assertionXml(o));
}

function wrap(o: ResponseText, content: string): string {
  const issuer = 'responseIssuer' in o ? o.responseIssuer : o.issuer;
  return (
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${o.responseId ?? '_response'}" Version="2.0" IssueInstant="${o.issueInstant}"` +
    attr('Destination', o.destination) +
    attr('InResponseTo', 'responseInResponseTo' in o ? o.responseInResponseTo : o.inResponseTo) +
    `>${issuer === undefined ? '' : `<saml:Issuer>${issuer}</saml:Issuer>`}${o.responseSignature ?? ''}${o.extensions ?? ''}` +
    `${o.status ?? statusText('Success')}${content}</samlp:Response>`
  );
}

export function assertionXml(o: ResponseText): string {
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${o.assertionId ?? '_assertion'}" Version="2.0" IssueInstant="${o.issueInstant}">` +
    `<saml:Issuer>${o.issuer}</saml:Issuer>${o.assertionSignature ?? ''}` +
    `${o.subject ?? subjectXml(o)}${o.conditions ?? conditionsXml(o)}${o.statement ?? statementXml(o)}${attributesXml(o.attributes ?? [])}${o.more ?? ''}</saml:Assertion>`
  );
}

export function subjectXml(o: ResponseText): string {
  return (
    `<saml:Subject><saml:NameID Format="${o.nameIdFormat ?? emailFormat}">${o.nameId ?? 'ann@acme.example'}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData` +
    attr('NotOnOrAfter', o.confirmedUntil) +
    attr('Recipient', o.recipient) +
    attr('InResponseTo', o.inResponseTo) +
    `/></saml:SubjectConfirmation></saml:Subject>`
  );
}

export function conditionsXml(o: ResponseText): string {
  const audience =
    o.audience === undefined
      ? ''
      : `<saml:AudienceRestriction><saml:Audience>${o.audience}</saml:Audience></saml:AudienceRestriction>`;
  return `<saml:Conditions${attr('NotBefore', o.notBefore)}${attr('NotOnOrAfter', o.notOnOrAfter)}>${audience}</saml:Conditions>`;
}

export function statementXml(o: ResponseText): string {
  return (
    `<saml:AuthnStatement AuthnInstant="${o.authnInstant ?? o.issueInstant}" SessionIndex="${o.sessionIndex ?? '_session'}"${attr('SessionNotOnOrAfter', o.sessionNotOnOrAfter)}>` +
    `<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`
  );
}

export function attributesXml(attributes: readonly AttributeText[]): string {
  if (attributes.length === 0) return '';
  const lines = attributes.map(({ name, values }) => {
    const inner = values.map(
      (value) =>
        `<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">${escapeXml(value)}</saml:AttributeValue>`,
    );
    return `<saml:Attribute Name="${escapeXml(name)}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${inner.join('')}</saml:Attribute>`;
  });
  return `<saml:AttributeStatement>${lines.join('')}</saml:AttributeStatement>`;
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function attr(name: string, value: string | undefined): string {
  return value === undefined ? '' : ` ${name}="${escapeXml(value)}"`;
}
