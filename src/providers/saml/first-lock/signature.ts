import type { XmlElement } from 'libxml2-wasm';
import { attribute, children, holdsElementsOnly, is, plainText } from '../xml/element.ts';
import { ns } from '../xml/names.ts';
import { rejected } from '../rejected.ts';

/** A Signature of the one shape that is accepted, taken apart. */
export interface SignatureParts {
  readonly signedInfo: XmlElement;
  readonly signedInfoPrefixes: readonly string[];
  readonly signatureMethod: string;
  readonly signatureValue: Buffer;
  readonly referenceId: string;
  readonly referencePrefixes: readonly string[];
  readonly digestMethod: string;
  readonly digestValue: Buffer;
}

const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/**
 * Takes a Signature apart (XML-Signature Syntax and Processing 1.1, section 4, as saml-core 5.4 narrows it): SignedInfo,
 * SignatureValue and perhaps KeyInfo, which is not read; one Reference by `#ID`; enveloped-signature, then exclusive
 * canonicalization without comments, and nothing else; no comment anywhere inside.
 *
 * @throws Failure `login_rejected`: `saml.signature.*`
 */
export function takeApart(signature: XmlElement): SignatureParts {
  // Not the comments of KeyInfo either: a signature with a comment inside is nobody's habit but an attacker's.
  if (signature.get('.//comment() | .//processing-instruction()') !== null)
    throw rejected('signature.comment');
  const [signedInfo, signatureValue, ...after] = dsigChildren(
    signature,
    ['SignedInfo', 'SignatureValue'],
    ['KeyInfo'],
  );
  if (signedInfo === undefined || signatureValue === undefined || after.length > 1)
    throw rejected('signature.shape');
  const [method, algorithm, reference] = dsigChildren(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  if (method === undefined || algorithm === undefined || reference === undefined)
    throw rejected('signature.shape');
  if (children(algorithm).length > 0) throw rejected('signature.method_parameters');
  const [transforms, digestMethod, digestValue] = dsigChildren(reference, [
    'Transforms',
    'DigestMethod',
    'DigestValue',
  ]);
  if (transforms === undefined || digestMethod === undefined || digestValue === undefined)
    throw rejected('signature.shape');
  const [first, second] = dsigChildren(transforms, ['Transform', 'Transform']);
  if (
    first === undefined ||
    second === undefined ||
    attribute(first, 'Algorithm') !== enveloped ||
    children(first).length > 0
  ) {
    throw rejected('signature.transform');
  }
  return {
    signedInfo,
    signedInfoPrefixes: exclusiveC14n(method, 'signature.canonicalization'),
    signatureMethod: attribute(algorithm, 'Algorithm') ?? '',
    signatureValue: base64(signatureValue),
    referenceId: referenceId(reference),
    referencePrefixes: exclusiveC14n(second, 'signature.transform'),
    digestMethod: attribute(digestMethod, 'Algorithm') ?? '',
    digestValue: base64(digestValue),
  };
}

/** Child elements, exactly these of the signature namespace in this order, the optional ones at the end. */
function dsigChildren(
  parent: XmlElement,
  names: readonly string[],
  optional: readonly string[] = [],
): XmlElement[] {
  const found = children(parent);
  const expected = [...names, ...optional];
  const fits =
    holdsElementsOnly(parent) &&
    found.length >= names.length &&
    found.length <= expected.length &&
    found.every((child, i) => is(child, ns.signature, expected[i] ?? ''));
  if (!fits) throw rejected(`signature.shape.${parent.name}`);
  return found;
}

function referenceId(reference: XmlElement): string {
  const uri = attribute(reference, 'URI') ?? '';
  // An empty URI means the whole document, and XPointers may mean anything: only a plain ID will do.
  if (!/^#[^\s#'"()]+$/u.test(uri)) throw rejected('signature.reference_uri');
  return uri.slice(1);
}

/** The PrefixList of an exclusive canonicalization (Exclusive XML Canonicalization 1.0, section 3.1). */
function exclusiveC14n(element: XmlElement, what: string): readonly string[] {
  if (attribute(element, 'Algorithm') !== ns.exclusiveC14n) throw rejected(what);
  const [inclusive, ...more] = children(element);
  if (inclusive === undefined) return [];
  if (more.length > 0 || !is(inclusive, ns.exclusiveC14n, 'InclusiveNamespaces')) throw rejected(what);
  const prefixes = (attribute(inclusive, 'PrefixList') ?? '').split(/\s+/u).filter((prefix) => prefix !== '');
  if (prefixes.length > 16) throw rejected(what);
  return prefixes;
}

function base64(element: XmlElement): Buffer {
  const text = plainText(element)?.replaceAll(/[\t\n\r ]/g, '');
  if (text === undefined || text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw rejected(`signature.value.${element.name}`);
  }
  return Buffer.from(text, 'base64');
}
