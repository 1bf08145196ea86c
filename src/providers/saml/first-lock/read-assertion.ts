import type { XmlElement } from 'libxml2-wasm';
import { attribute, children, is, onlyChild, ownChildren, plainText, requiredText } from '../xml/element.ts';
import { ns } from '../xml/names.ts';
import { rejected } from '../rejected.ts';
import type {
  SeenAssertion,
  SeenAttribute,
  SeenAuthnStatement,
  SeenConditions,
  SeenConfirmation,
  SeenNameId,
} from '../types.ts';

/** Reads an Assertion (saml-core 2.3.3) out of the text that was verified. Interprets nothing. */
export function readAssertion(root: XmlElement): SeenAssertion {
  if (!is(root, ns.assertion, 'Assertion')) throw rejected('structure.assertion_elsewhere');
  const issuer = onlyChild(root, ns.assertion, 'Issuer');
  const subject = onlyChild(root, ns.assertion, 'Subject');
  const conditions = onlyChild(root, ns.assertion, 'Conditions');
  return {
    id: attribute(root, 'ID'),
    version: attribute(root, 'Version'),
    issueInstant: attribute(root, 'IssueInstant'),
    issuer: issuer === undefined ? undefined : requiredText(issuer),
    nameId: subject === undefined ? undefined : readNameId(subject),
    confirmations:
      subject === undefined
        ? []
        : ownChildren(subject, ns.assertion, 'SubjectConfirmation').map(readConfirmation),
    conditions: conditions === undefined ? undefined : readConditions(conditions),
    statements: ownChildren(root, ns.assertion, 'AuthnStatement').map(readStatement),
    attributes: ownChildren(root, ns.assertion, 'AttributeStatement').flatMap(readAttributes),
  };
}

function readNameId(subject: XmlElement): SeenNameId | undefined {
  const element = onlyChild(subject, ns.assertion, 'NameID');
  if (element === undefined) return undefined;
  // One name, in the clear (saml-core 2.4.1): whoever reads another one than we do would know another person.
  for (const other of ['BaseID', 'EncryptedID']) {
    if (ownChildren(subject, ns.assertion, other).length > 0) throw rejected('subject.two_names');
  }
  return {
    value: requiredText(element),
    format: attribute(element, 'Format'),
    nameQualifier: attribute(element, 'NameQualifier'),
    spNameQualifier: attribute(element, 'SPNameQualifier'),
  };
}

function readConfirmation(confirmation: XmlElement): SeenConfirmation {
  const data = onlyChild(confirmation, ns.assertion, 'SubjectConfirmationData');
  const value = (name: string): string | undefined =>
    data === undefined ? undefined : attribute(data, name);
  return {
    method: attribute(confirmation, 'Method'),
    recipient: value('Recipient'),
    inResponseTo: value('InResponseTo'),
    notBefore: value('NotBefore'),
    notOnOrAfter: value('NotOnOrAfter'),
  };
}

const knownConditions = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);

function readConditions(conditions: XmlElement): SeenConditions {
  // A condition that is not understood makes the assertion's validity unknown (saml-core 2.5.1.1).
  const unknown = children(conditions).some(
    (child) => child.namespaceUri !== ns.assertion || !knownConditions.has(child.name),
  );
  if (unknown) throw rejected('conditions.unknown');
  return {
    notBefore: attribute(conditions, 'NotBefore'),
    notOnOrAfter: attribute(conditions, 'NotOnOrAfter'),
    audiences: ownChildren(conditions, ns.assertion, 'AudienceRestriction').map((restriction) =>
      ownChildren(restriction, ns.assertion, 'Audience').map(requiredText),
    ),
  };
}

function readStatement(statement: XmlElement): SeenAuthnStatement {
  const context = onlyChild(statement, ns.assertion, 'AuthnContext');
  const classRef =
    context === undefined ? undefined : onlyChild(context, ns.assertion, 'AuthnContextClassRef');
  return {
    authnInstant: attribute(statement, 'AuthnInstant'),
    sessionIndex: attribute(statement, 'SessionIndex'),
    sessionNotOnOrAfter: attribute(statement, 'SessionNotOnOrAfter'),
    classRef: classRef === undefined ? undefined : requiredText(classRef),
  };
}

function readAttributes(statement: XmlElement): SeenAttribute[] {
  // It may hold groups: a list that cannot be read whole is not taken for the whole (see GroupsClaim).
  if (ownChildren(statement, ns.assertion, 'EncryptedAttribute').length > 0)
    throw rejected('attribute.encrypted');
  return ownChildren(statement, ns.assertion, 'Attribute').map((element) => ({
    name: attribute(element, 'Name'),
    values: ownChildren(element, ns.assertion, 'AttributeValue').map((value) => plainText(value) ?? null),
  }));
}
