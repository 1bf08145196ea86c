import { XmlAttribute, type XmlElement } from 'libxml2-wasm';
import { attribute, children, childrenNamed, holdsElementsOnly, is } from '../xml/element.ts';
import { ns } from '../xml/names.ts';
import { rejected } from '../rejected.ts';
import { elementsNamed, type Named } from './named.ts';

const anyId = "//@*[translate(local-name(), 'ID', 'id') = 'id']";

/**
 * The outline every response must have, before any signature is looked at: one Response as the root, one Assertion or
 * EncryptedAssertion as its child or none at all, and no second one of either hidden anywhere, in no namespace, at no depth.
 *
 * @throws Failure `login_rejected`: `saml.structure.*`
 */
export function checkOutline(root: XmlElement): void {
  if (!is(root, ns.protocol, 'Response')) throw rejected('structure.root');
  const named = elementsNamed(root, telling);
  if (named('Response').length !== 1) throw rejected('structure.responses');
  const assertions = named('Assertion').length + named('EncryptedAssertion').length;
  if (assertions > 1) throw rejected('structure.assertions');
  if (assertions !== contents(root).length) throw rejected('structure.assertion_elsewhere');
  // `Object` is where a moved element likes to hide; KeyInfo and encryption have no use for it here.
  if (named('Object').length !== 0) throw rejected('structure.object');
  checkIds(root, named);
  checkSignatures(named);
  checkOrder(root, ns.protocol, ['Issuer', 'Signature', 'Extensions', 'Status', 'Assertion']);
}

/** The same for an assertion on its own, as it comes out of an EncryptedAssertion. */
export function checkAssertionOutline(root: XmlElement): void {
  if (!is(root, ns.assertion, 'Assertion')) throw rejected('structure.decrypted');
  const named = elementsNamed(root, telling);
  if (named('Assertion').length !== 1) throw rejected('structure.assertions');
  if (named('EncryptedAssertion').length !== 0) throw rejected('structure.assertions');
  if (named('Response').length !== 0) throw rejected('structure.responses');
  if (named('Object').length !== 0) throw rejected('structure.object');
  checkIds(root, named);
  checkSignatures(named);
}

/** The same for a message that holds no assertion, such as a LogoutRequest: one root of that name, signed itself or not at all. */
export function checkMessageOutline(root: XmlElement, name: string): void {
  if (!is(root, ns.protocol, name)) throw rejected('structure.root');
  const named = elementsNamed(root, new Set([...telling, name]));
  if (named(name).length !== 1) throw rejected('structure.messages');
  for (const foreign of ['Assertion', 'EncryptedAssertion', 'Response', 'Object']) {
    if (named(foreign).length !== 0) throw rejected(`structure.foreign.${foreign}`);
  }
  checkIds(root, named, name);
  checkSignatures(named, name);
}

/** The Assertion or EncryptedAssertion children of a response. */
export function contents(response: XmlElement): XmlElement[] {
  return children(response).filter(
    (child) => is(child, ns.assertion, 'Assertion') || is(child, ns.assertion, 'EncryptedAssertion'),
  );
}

/**
 * The Signature of a Response or an Assertion, in its place right behind the Issuer (saml-schema-protocol,
 * saml-schema-assertion), or undefined where there is none.
 */
export function signatureOf(element: XmlElement): XmlElement | undefined {
  const found = childrenNamed(element, ns.signature, 'Signature');
  if (found.length > 1) throw rejected('signature.several');
  const [signature] = found;
  if (signature === undefined) return undefined;
  const [first, second] = children(element);
  const inPlace =
    first !== undefined &&
    is(first, ns.assertion, 'Issuer') &&
    second !== undefined &&
    second.isSameNode(signature);
  if (!inPlace) throw rejected('signature.place');
  return signature;
}

/** No value twice under any spelling of ID, in any namespace: what an ID names must be beyond doubt. */
function checkIds(root: XmlElement, named: Named, message = 'Response'): void {
  const ids = root.find(anyId);
  // A response has a handful: Response, Assertion, perhaps signatures and encrypted keys.
  if (ids.length > 64) throw rejected('structure.too_many_ids');
  const seen = new Set<string>();
  for (const node of ids) {
    const value = node instanceof XmlAttribute ? node.value : '';
    if (seen.has(value)) throw rejected('structure.duplicate_id');
    seen.add(value);
  }
  for (const node of [...named(message), ...named('Assertion')]) {
    if (node.find(`./@*[translate(local-name(), 'ID', 'id') = 'id']`).length !== 1)
      throw rejected('structure.id_variants');
  }
  if (attribute(root, 'ID') === undefined) throw rejected('structure.no_id');
}

/** Parts of a Signature, and the parents they may have: hidden in a KeyInfo they would be read by somebody. */
const places: readonly (readonly [name: string, ...parents: string[]])[] = [
  ['SignedInfo', 'Signature'],
  ['SignatureValue', 'Signature'],
  ['CanonicalizationMethod', 'SignedInfo'],
  ['SignatureMethod', 'SignedInfo'],
  ['Reference', 'SignedInfo'],
  ['Transforms', 'Reference'],
  ['Transform', 'Transforms'],
  ['DigestMethod', 'Reference', 'EncryptionMethod'],
  ['DigestValue', 'Reference'],
];

/** Names whose elements say what is signed and what is asserted: there must be none of them in another place. */
const telling: ReadonlySet<string> = new Set([
  'Response',
  'Assertion',
  'EncryptedAssertion',
  'Object',
  'Signature',
  ...places.map(([name]) => name),
]);

/** Signatures stand as a child of the Response or the Assertion; one of any other place or namespace is refused. */
function checkSignatures(named: Named, message = 'Response'): void {
  for (const { parent, namespaceUri } of named('Signature')) {
    const signs =
      parent !== null && (is(parent, ns.protocol, message) || is(parent, ns.assertion, 'Assertion'));
    if (!signs || namespaceUri !== ns.signature) throw rejected('signature.elsewhere');
  }
  for (const [name, ...parents] of places) {
    for (const { parent, namespaceUri } of named(name)) {
      if (namespaceUri === ns.signature && !parents.includes(parent?.name ?? ''))
        throw rejected('signature.elsewhere');
    }
  }
}

/** Children in the order of the schema, each at most once, and nothing between them but white space. */
function checkOrder(element: XmlElement, namespace: string, order: readonly string[]): void {
  let last = -1;
  for (const child of children(element)) {
    const name = child.name === 'EncryptedAssertion' ? 'Assertion' : child.name;
    const rank = order.indexOf(name);
    const owner =
      name === 'Signature'
        ? ns.signature
        : name === 'Issuer' || name === 'Assertion'
          ? ns.assertion
          : namespace;
    if (rank <= last || child.namespaceUri !== owner) throw rejected('structure.order');
    last = rank;
  }
  if (!holdsElementsOnly(element)) throw rejected('structure.text');
}
