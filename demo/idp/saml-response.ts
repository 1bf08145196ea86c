import { randomBytes } from 'node:crypto';
import { displayName, type Person } from '../people.ts';
import { escapeHtml } from './pages.ts';

/** What both kinds of response say of the request that they answer. */
export interface ResponseFrame {
  readonly idpEntityId: string;
  readonly spEntityId: string;
  readonly acsUrl: string;
  /** ID of the AuthnRequest. */
  readonly inResponseTo: string;
  readonly now: Date;
}

const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol';
const assertion = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

/** SAML status codes: the first level and, where there is one, the second (SAML core 3.2.2.2). */
export const status = {
  success: ['urn:oasis:names:tc:SAML:2.0:status:Success'],
  cancelled: [
    'urn:oasis:names:tc:SAML:2.0:status:Responder',
    'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed',
  ],
  disabled: [
    'urn:oasis:names:tc:SAML:2.0:status:Responder',
    'urn:oasis:names:tc:SAML:2.0:status:RequestDenied',
  ],
} as const;

/** An unsigned Response with one Assertion about the person (SAML core 2.3.3, profiles 4.1.4.2). */
export function successResponse(frame: ResponseFrame, person: Person): { id: string; context: string } {
  const now = frame.now.toISOString();
  const end = new Date(frame.now.getTime() + 5 * 60_000).toISOString();
  const inResponseTo = escapeHtml(frame.inResponseTo);
  return response(
    frame,
    status.success,
    undefined,
    `<saml:Assertion xmlns:saml="${assertion}" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="${newId()}" Version="2.0" IssueInstant="${now}">` +
      `<saml:Issuer>${escapeHtml(frame.idpEntityId)}</saml:Issuer>` +
      `<saml:Subject><saml:NameID Format="${persistent}">${escapeHtml(person.subject)}</saml:NameID>` +
      `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
      `<saml:SubjectConfirmationData NotOnOrAfter="${end}" Recipient="${escapeHtml(frame.acsUrl)}" InResponseTo="${inResponseTo}"/>` +
      `</saml:SubjectConfirmation></saml:Subject>` +
      `<saml:Conditions NotBefore="${now}" NotOnOrAfter="${end}"><saml:AudienceRestriction>` +
      `<saml:Audience>${escapeHtml(frame.spEntityId)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
      `<saml:AuthnStatement AuthnInstant="${now}" SessionIndex="${newId()}"><saml:AuthnContext>` +
      `<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>` +
      `</saml:AuthnContext></saml:AuthnStatement>` +
      `<saml:AttributeStatement>${attributesOf(person)}</saml:AttributeStatement></saml:Assertion>`,
  );
}

/** An unsigned Response that says no, and why. */
export function refusalResponse(
  frame: ResponseFrame,
  codes: readonly [string, string],
  message: string,
): { id: string; context: string } {
  return response(frame, codes, message, '');
}

function response(
  frame: ResponseFrame,
  codes: readonly string[],
  message: string | undefined,
  body: string,
): { id: string; context: string } {
  const id = newId();
  const [first, second] = codes;
  const inner = second === undefined ? '' : `<samlp:StatusCode Value="${second}"/>`;
  const text =
    message === undefined ? '' : `<samlp:StatusMessage>${escapeHtml(message)}</samlp:StatusMessage>`;
  const context =
    `<samlp:Response xmlns:samlp="${protocol}" xmlns:saml="${assertion}" ID="${id}" Version="2.0" IssueInstant="${frame.now.toISOString()}" Destination="${escapeHtml(frame.acsUrl)}" InResponseTo="${escapeHtml(frame.inResponseTo)}">` +
    `<saml:Issuer>${escapeHtml(frame.idpEntityId)}</saml:Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="${first}">${inner}</samlp:StatusCode>${text}</samlp:Status>` +
    `${body}</samlp:Response>`;
  return { id, context };
}

function attributesOf(person: Person): string {
  const values: Record<string, readonly string[] | undefined> = {
    userName: [person.userName],
    email: [person.email],
    displayName: [displayName(person)],
    firstName: [person.givenName],
    lastName: [person.familyName],
    groups: person.groups,
  };
  return Object.entries(values)
    .filter(([, list]) => list !== undefined)
    .map(([name, list = []]) => attribute(name, list))
    .join('');
}

function attribute(name: string, values: readonly string[]): string {
  const inner = values
    .map((value) => `<saml:AttributeValue xsi:type="xs:string">${escapeHtml(value)}</saml:AttributeValue>`)
    .join('');
  return `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${inner}</saml:Attribute>`;
}

/** An XML ID: it must not begin with a digit. */
function newId(): string {
  return `_${randomBytes(16).toString('hex')}`;
}
