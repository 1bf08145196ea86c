import type {
  SeenAssertion,
  SeenAttribute,
  SeenAuthnStatement,
  SeenConditions,
  SeenConfirmation,
  SeenNameId,
} from '../types.ts';

/** An element as xml2js gives it: attributes in `$`, text in `_`, children in lists by local name; or only its text. */
type Node = string | { readonly [key: string]: unknown };

/** Reads the assertion out of what xml2js made of it, into the form that the first lock uses too. */
export function readXml2Js(document: Readonly<Record<string, unknown>>): SeenAssertion {
  const root = node(document.Assertion);
  const subject = first(root, 'Subject');
  const conditions = first(root, 'Conditions');
  return {
    id: attribute(root, 'ID'),
    version: attribute(root, 'Version'),
    issueInstant: attribute(root, 'IssueInstant'),
    issuer: text(first(root, 'Issuer')),
    nameId: subject === undefined ? undefined : readNameId(first(subject, 'NameID')),
    confirmations: list(subject, 'SubjectConfirmation').map(readConfirmation),
    conditions: conditions === undefined ? undefined : readConditions(conditions),
    statements: list(root, 'AuthnStatement').map(readStatement),
    attributes: list(root, 'AttributeStatement').flatMap((statement) =>
      list(statement, 'Attribute').map(readAttribute),
    ),
  };
}

function readNameId(element: Node | undefined): SeenNameId | undefined {
  if (element === undefined) return undefined;
  return {
    value: text(element) ?? '',
    format: attribute(element, 'Format'),
    nameQualifier: attribute(element, 'NameQualifier'),
    spNameQualifier: attribute(element, 'SPNameQualifier'),
  };
}

function readConfirmation(element: Node): SeenConfirmation {
  const data = first(element, 'SubjectConfirmationData');
  return {
    method: attribute(element, 'Method'),
    recipient: attribute(data, 'Recipient'),
    inResponseTo: attribute(data, 'InResponseTo'),
    notBefore: attribute(data, 'NotBefore'),
    notOnOrAfter: attribute(data, 'NotOnOrAfter'),
  };
}

function readConditions(element: Node): SeenConditions {
  return {
    notBefore: attribute(element, 'NotBefore'),
    notOnOrAfter: attribute(element, 'NotOnOrAfter'),
    audiences: list(element, 'AudienceRestriction').map((restriction) =>
      list(restriction, 'Audience').map((audience) => text(audience) ?? ''),
    ),
  };
}

function readStatement(element: Node): SeenAuthnStatement {
  return {
    authnInstant: attribute(element, 'AuthnInstant'),
    sessionIndex: attribute(element, 'SessionIndex'),
    sessionNotOnOrAfter: attribute(element, 'SessionNotOnOrAfter'),
    classRef: text(first(first(element, 'AuthnContext'), 'AuthnContextClassRef')),
  };
}

function readAttribute(element: Node): SeenAttribute {
  return {
    name: attribute(element, 'Name'),
    values: list(element, 'AttributeValue').map((value) => (hasChildren(value) ? null : (text(value) ?? ''))),
  };
}

function node(value: unknown): Node {
  return typeof value === 'string' || (typeof value === 'object' && value !== null) ? (value as Node) : '';
}

function list(element: Node | undefined, name: string): Node[] {
  if (element === undefined || typeof element === 'string') return [];
  const found = Object.hasOwn(element, name) ? element[name] : undefined;
  return Array.isArray(found) ? found.map(node) : [];
}

function first(element: Node | undefined, name: string): Node | undefined {
  return list(element, name)[0];
}

function attribute(element: Node | undefined, name: string): string | undefined {
  if (element === undefined || typeof element === 'string') return undefined;
  const attributes = element.$;
  if (typeof attributes !== 'object' || attributes === null || !Object.hasOwn(attributes, name))
    return undefined;
  const value = (attributes as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function text(element: Node | undefined): string | undefined {
  if (element === undefined || typeof element === 'string') return element;
  return typeof element._ === 'string' ? element._ : '';
}

function hasChildren(element: Node): boolean {
  return typeof element !== 'string' && Object.keys(element).some((key) => key !== '_' && key !== '$');
}
