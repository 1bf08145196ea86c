import type { XmlElement } from 'libxml2-wasm';
import { verificationKeys } from '../first-lock/index.ts';
import { verifyEnveloped } from '../first-lock/verify.ts';
import { rejected } from '../rejected.ts';
import { children, childrenNamed, is } from '../xml/element.ts';
import { ns } from '../xml/names.ts';

/**
 * The canonical text that the signature of the whole document covers (saml-metadata 3: an enveloped signature, the first
 * child of the root, over the root). From here on that text is the document: signatures further down, and whatever else the
 * tree holds, are not asked. Only the keys of `signedBy` count, never a certificate that the document brings along.
 *
 * @throws Failure `login_rejected`: `saml.metadata.unsigned`, `saml.metadata.no_usable_key`, `saml.signature.*`
 */
export function signedText(root: XmlElement, signedBy: readonly string[]): string {
  const keys = verificationKeys(signedBy);
  if (keys.length === 0) throw rejected('metadata.no_usable_key');
  const [signature, ...more] = childrenNamed(root, ns.signature, 'Signature');
  if (signature === undefined) throw rejected('metadata.unsigned');
  if (more.length > 0) throw rejected('signature.several');
  const [first] = children(root);
  if (first === undefined || !is(first, ns.signature, 'Signature')) throw rejected('signature.place');
  return verifyEnveloped(root, signature, { keys, allowWeak: [] });
}
