import {
  ParseOption,
  XmlC14NMode,
  XmlDocument,
  XmlStringOutputBufferHandler,
  type XmlElement,
} from 'libxml2-wasm';
import { rejected } from '../rejected.ts';

// No network, no external or internal entities, no catalog: the text has no DOCTYPE (see scan.ts), and this is the belt.
const options =
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NO_SYS_CATALOG |
  ParseOption.XML_PARSE_SKIP_IDS;

/**
 * Parses with libxml2, hands the root over, and frees the tree again whatever happens.
 * The text must have passed {@link scan}. Nodes must not outlive the call.
 *
 * @throws Failure `login_rejected`: `saml.xml.malformed`
 */
export function withXml<T>(xml: string, use: (root: XmlElement) => T): T {
  const document = parse(xml);
  try {
    // A warning is something two parsers may take differently: an odd namespace, for one.
    if (document.warnings.length > 0) throw rejected('xml.warning', new Error(document.warnings[0]?.message));
    return use(document.root);
  } finally {
    document.dispose();
  }
}

function parse(xml: string): XmlDocument {
  try {
    return XmlDocument.fromString(xml, { option: options });
  } catch (cause) {
    throw rejected('xml.malformed', cause);
  }
}

/**
 * Exclusive XML Canonicalization 1.0 without comments of one element and all below it, in its document's context.
 *
 * @throws Failure `login_rejected`: `saml.xml.canonicalization` for what has no canonical form, a relative namespace name for one
 */
export function canonical(element: XmlElement, inclusivePrefixes: readonly string[]): string {
  const out = new XmlStringOutputBufferHandler();
  try {
    element.doc.canonicalize(out, {
      mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
      withComments: false,
      ...(inclusivePrefixes.length > 0 && { inclusiveNamespacePrefixes: [...inclusivePrefixes] }),
      // The whole document needs no visibility test for each node.
      ...(element.parent !== null && { nodeSet: new Set([element]) }),
    });
  } catch (cause) {
    throw rejected('xml.canonicalization', cause);
  }
  return out.result;
}
