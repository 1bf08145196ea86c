import type { XmlElement } from 'libxml2-wasm';
import { Failure } from '../../../identity/index.ts';
import { responseLimits } from '../limits.ts';
import { rejected } from '../rejected.ts';
import type { SeenAssertion, WantSigned } from '../types.ts';
import { withXml } from '../xml/document.ts';
import { is } from '../xml/element.ts';
import { ns } from '../xml/names.ts';
import { scan } from '../xml/scan.ts';
import { decryptAssertion, type Decryption } from './decrypt.ts';
import { verificationKeys } from './keys.ts';
import { readAssertion } from './read-assertion.ts';
import { readResponse } from './read-response.ts';
import { checkAssertionOutline, checkOutline, contents, signatureOf } from './structure.ts';
import type { FirstLockTask, Unlocked } from './task.ts';
import { verifyEnveloped, type Trust } from './verify.ts';

/** What an answer is judged by. */
export interface FirstLockRules {
  readonly trust: Trust;
  readonly wantSigned: WantSigned;
  readonly decryption: Decryption | undefined;
}

/**
 * Opens the first lock. Every signature that is there must hold, and those that the file asks for must be there.
 *
 * @throws Failure `login_rejected`, or `idp_unavailable` when none of the pinned keys is strong enough
 */
export function openFirstLock({
  xml,
  certificates,
  allowWeak,
  wantSigned,
  decryption,
}: FirstLockTask): Unlocked {
  const keys = verificationKeys(certificates);
  if (keys.length === 0) throw new Failure('idp_unavailable', { detail: 'saml.metadata.no_usable_key' });
  return openWith(xml, { trust: { keys, allowWeak }, wantSigned, decryption });
}

/** The same with keys of any strength, for documents of others that are to be judged by everything else. */
export function openWith(xml: string, options: FirstLockRules): Unlocked {
  return withXml(xml, (root) => {
    checkOutline(root);
    const content = contents(root)[0];
    const encrypted = content !== undefined && is(content, ns.assertion, 'EncryptedAssertion');
    const responseText = verifyIfSigned(root, options);
    if (responseText === undefined && content !== undefined && options.wantSigned !== 'assertion') {
      throw rejected('signature.response_missing');
    }
    const response =
      responseText === undefined
        ? readResponse(root, false)
        : withXml(responseText, (r) => readResponse(r, true));
    if (content === undefined) return { response, assertion: undefined, plaintext: undefined };
    if (!encrypted) {
      const assertion = openAssertion(content, responseText, options);
      return { response, assertion, plaintext: undefined };
    }
    const plaintext = decrypt(content, responseText, options);
    scan(plaintext, responseLimits);
    const assertion = withXml(plaintext, (inner) => {
      checkAssertionOutline(inner);
      return openAssertion(inner, responseText === undefined ? undefined : plaintext, options);
    });
    return { response, assertion, plaintext };
  });
}

/** The text under the element's own signature; undefined where it has none. A signature that does not hold throws. */
function verifyIfSigned(element: XmlElement, options: FirstLockRules): string | undefined {
  const signature = signatureOf(element);
  return signature === undefined ? undefined : verifyEnveloped(element, signature, options.trust);
}

/** Reads the assertion from the text of its own signature, or else from that which covers it from outside. */
function openAssertion(
  element: XmlElement,
  covered: string | undefined,
  options: FirstLockRules,
): SeenAssertion {
  const text = verifyIfSigned(element, options);
  if (text === undefined && (options.wantSigned !== 'response' || covered === undefined)) {
    throw rejected('signature.assertion_missing');
  }
  return withXml(text ?? covered ?? '', (root) => readAssertion(assertionIn(root)));
}

/** Decrypts out of the verified response where there is one: then the ciphertext is what was signed. */
function decrypt(content: XmlElement, responseText: string | undefined, options: FirstLockRules): string {
  if (responseText === undefined) return decryptAssertion(content, options.decryption);
  return withXml(responseText, (root) => decryptAssertion(assertionIn(root), options.decryption));
}

/** The verified text is a Response, or the Assertion itself. */
function assertionIn(root: XmlElement): XmlElement {
  if (!is(root, ns.protocol, 'Response')) return root;
  const [content] = contents(root);
  if (content === undefined) throw rejected('structure.assertions');
  return content;
}
