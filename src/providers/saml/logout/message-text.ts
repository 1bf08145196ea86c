import { randomBytes } from 'node:crypto';
import type { NameId } from '../../../identity/index.ts';
import { ns, statusSuccess } from '../xml/names.ts';

/** Long enough for a person who reads what the identity provider asks, milliseconds. */
const requestLifetime = 5 * 60_000;

interface Head {
  /** Where it goes. */
  readonly destination: string;
  /** Our entity id. */
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A new message id: an xs:ID must not begin with a digit (saml-core 1.3.4 asks for 128 random bits or more). */
export function messageId(): string {
  return `_${randomBytes(20).toString('hex')}`;
}

/** A LogoutRequest (saml-core 3.7.1) that names the person exactly as the identity provider had named them to us. */
export function logoutRequestText(
  head: Head & { readonly id: string },
  who: { readonly nameId: NameId; readonly sessionIndex: string | undefined },
): string {
  const until = new Date(head.now + requestLifetime).toISOString();
  const { value, format, nameQualifier, spNameQualifier } = who.nameId;
  const qualifiers =
    attr('NameQualifier', nameQualifier) + attr('SPNameQualifier', spNameQualifier) + attr('Format', format);
  const index =
    who.sessionIndex === undefined
      ? ''
      : `<samlp:SessionIndex>${escape(who.sessionIndex)}</samlp:SessionIndex>`;
  return (
    open('LogoutRequest', head, head.id, attr('NotOnOrAfter', until)) +
    `<saml:NameID xmlns:saml="${ns.assertion}"${qualifiers}>${escape(value)}</saml:NameID>${index}</samlp:LogoutRequest>`
  );
}

/** A LogoutResponse (saml-core 3.7.2) that says it is done. */
export function logoutResponseText(head: Head, inResponseTo: string): string {
  return (
    open('LogoutResponse', head, messageId(), attr('InResponseTo', inResponseTo)) +
    `<samlp:Status><samlp:StatusCode Value="${statusSuccess}"></samlp:StatusCode></samlp:Status></samlp:LogoutResponse>`
  );
}

function open(name: string, { destination, issuer, now }: Head, id: string, more: string): string {
  return (
    `<samlp:${name} xmlns:samlp="${ns.protocol}" ID="${id}" Version="2.0" IssueInstant="${new Date(now).toISOString()}"` +
    `${attr('Destination', destination)}${more}><saml:Issuer xmlns:saml="${ns.assertion}">${escape(issuer)}</saml:Issuer>`
  );
}

function attr(name: string, value: string | undefined): string {
  return value === undefined ? '' : ` ${name}="${escape(value)}"`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\t', '&#x9;');
}
