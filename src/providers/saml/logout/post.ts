import { signatureOf } from '../first-lock/structure.ts';
import { checkMessageOutline } from '../first-lock/structure.ts';
import { verifyEnveloped, type Trust } from '../first-lock/verify.ts';
import { logoutLimits } from '../limits.ts';
import { rejected } from '../rejected.ts';
import { withXml } from '../xml/document.ts';
import { scan } from '../xml/scan.ts';

/**
 * Opens a message of the HTTP-POST binding (saml-bindings 3.5) with the strict signature profile of the first lock, and
 * gives the text that the signature covers: from then on that text is the message.
 *
 * @param encoded the form field, base64
 * @throws Failure `login_rejected`
 */
export function openPost(encoded: string, name: 'LogoutRequest' | 'LogoutResponse', trust: Trust): string {
  if (encoded.length > logoutLimits.encoded) throw rejected('post.too_long');
  const xml = decode(encoded);
  scan(xml, logoutLimits.xml);
  return withXml(xml, (root) => {
    checkMessageOutline(root, name);
    const signature = signatureOf(root);
    if (signature === undefined) throw rejected('post.unsigned');
    return verifyEnveloped(root, signature, trust);
  });
}

function decode(encoded: string): string {
  const text = encoded.replaceAll(/[\r\n]/g, '');
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw rejected('post.base64');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64'));
  } catch (cause) {
    throw rejected('post.utf8', cause);
  }
}
