import type { XmlElement } from 'libxml2-wasm';
import type { NameId } from '../../../identity/index.ts';
import { readResponse } from '../first-lock/read-response.ts';
import { rejected } from '../rejected.ts';
import type { SeenResponse } from '../types.ts';
import { withXml } from '../xml/document.ts';
import { attribute, children, holdsElementsOnly, is, onlyChild, requiredText } from '../xml/element.ts';
import { ns } from '../xml/names.ts';

/** A LogoutRequest as it was signed; nothing is judged yet. */
export interface SeenLogoutRequest {
  readonly id: string;
  readonly issueInstant: string | undefined;
  readonly destination: string | undefined;
  readonly notOnOrAfter: string | undefined;
  readonly issuer: string;
  readonly nameId: NameId;
  readonly sessionIndexes: readonly string[];
}

/** More than one person's sessions at one service are a handful. */
const mostIndexes = 100;

/** Reads a LogoutRequest (saml-core 3.7.1) from text that a signature covers. */
export function readLogoutRequest(xml: string): SeenLogoutRequest {
  return withXml(xml, (root) => {
    checkRoot(root, 'LogoutRequest');
    const known = children(root).every(
      (child) =>
        is(child, ns.assertion, 'Issuer') ||
        is(child, ns.assertion, 'NameID') ||
        is(child, ns.protocol, 'Extensions') ||
        is(child, ns.protocol, 'SessionIndex'),
    );
    // An EncryptedID or BaseID names nobody that we could look up, and anything else has no place here.
    if (!known || !holdsElementsOnly(root)) throw rejected('logout.shape');
    const [issuer, nameId] = [
      onlyChild(root, ns.assertion, 'Issuer'),
      onlyChild(root, ns.assertion, 'NameID'),
    ];
    if (issuer === undefined) throw rejected('logout.no_issuer');
    if (nameId === undefined) throw rejected('logout.no_name_id');
    const indexes = children(root).filter((child) => is(child, ns.protocol, 'SessionIndex'));
    if (indexes.length > mostIndexes) throw rejected('logout.too_many_indexes');
    return {
      id: attribute(root, 'ID') ?? '',
      issueInstant: attribute(root, 'IssueInstant'),
      destination: attribute(root, 'Destination'),
      notOnOrAfter: attribute(root, 'NotOnOrAfter'),
      issuer: requiredText(issuer),
      nameId: readNameId(nameId),
      sessionIndexes: indexes.map(requiredText),
    };
  });
}

/** Reads a LogoutResponse (saml-core 3.7.2) from text that a signature covers. */
export function readLogoutResponse(
  xml: string,
): SeenResponse & { readonly issueInstant: string | undefined } {
  return withXml(xml, (root) => {
    checkRoot(root, 'LogoutResponse');
    return { ...readResponse(root, true), issueInstant: attribute(root, 'IssueInstant') };
  });
}

function checkRoot(root: XmlElement, name: string): void {
  if (!is(root, ns.protocol, name)) throw rejected('logout.root');
  if (attribute(root, 'Version') !== '2.0') throw rejected('logout.version');
  if ((attribute(root, 'ID') ?? '') === '') throw rejected('logout.no_id');
  // By the redirect binding the signature is in the query; one inside that nobody checks has no place (saml-bindings 3.4.4.1).
  if (root.eval("count(//*[local-name() = 'Signature'])") !== 0) throw rejected('logout.signature_inside');
}

function readNameId(element: XmlElement): NameId {
  const value = requiredText(element);
  if (value === '') throw rejected('logout.no_name_id');
  const qualifier = (key: 'format' | 'nameQualifier' | 'spNameQualifier', name: string) => {
    const found = attribute(element, name);
    return found === undefined ? {} : { [key]: found };
  };
  return {
    value,
    ...qualifier('format', 'Format'),
    ...qualifier('nameQualifier', 'NameQualifier'),
    ...qualifier('spNameQualifier', 'SPNameQualifier'),
  };
}
