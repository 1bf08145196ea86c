import { verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { Trust } from '../first-lock/index.ts';
import { signatureAlgorithms } from '../first-lock/algorithms.ts';
import { logoutLimits } from '../limits.ts';
import { rejected } from '../rejected.ts';
import { scan } from '../xml/scan.ts';

/** A message of the HTTP-Redirect binding, whose bytes a signature covers. */
export interface RedirectMessage {
  readonly parameter: 'SAMLRequest' | 'SAMLResponse';
  readonly xml: string;
  readonly relayState: string | undefined;
}

const names = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'];
const deflate = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';

/**
 * Opens a message of the redirect binding (saml-bindings 3.4.4). The signature is checked over the bytes of the query as
 * they came: decoding and encoding again is not the same for every sender, and not needed. Nothing is inflated before that.
 *
 * @param query the query of the request target, without its question mark, as received
 * @throws Failure `login_rejected`: `saml.redirect.*`
 */
export function openRedirect(query: string, trust: Trust): RedirectMessage {
  if (query.length > logoutLimits.query) throw rejected('redirect.too_long');
  const raw = rawParameters(query);
  const parameter = raw.has('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
  const other = parameter === 'SAMLRequest' ? 'SAMLResponse' : 'SAMLRequest';
  const message = raw.get(parameter);
  if (message === undefined || raw.has(other)) throw rejected('redirect.message');
  const encoding = raw.get('SAMLEncoding');
  if (encoding !== undefined && decoded(encoding) !== deflate) throw rejected('redirect.encoding');
  const [algorithm, signature] = [raw.get('SigAlg'), raw.get('Signature')];
  if (algorithm === undefined || signature === undefined) throw rejected('redirect.unsigned');
  const relayState = raw.get('RelayState');
  const signed = [
    `${parameter}=${message}`,
    ...(relayState === undefined ? [] : [`RelayState=${relayState}`]),
    `SigAlg=${algorithm}`,
  ].join('&');
  if (!holds(signed, decoded(algorithm), base64(decoded(signature)), trust))
    throw rejected('signature.invalid');
  const xml = inflated(base64(decoded(message)));
  scan(xml, logoutLimits.xml);
  return { parameter, xml, relayState: relayState === undefined ? undefined : decoded(relayState) };
}

/** The parameters that the binding knows, as they stand in the query; each at most once, whatever way it is spelt. */
function rawParameters(query: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = at === -1 ? pair : pair.slice(0, at);
    const meant = decoded(name);
    if (!names.includes(meant)) continue;
    if (found.has(meant) || name !== meant || at === -1) throw rejected(`redirect.parameter`);
    found.set(name, pair.slice(at + 1));
  }
  return found;
}

function holds(text: string, uri: string, signature: Buffer, trust: Trust): boolean {
  const algorithm = signatureAlgorithms.get(uri);
  if (
    algorithm === undefined ||
    (algorithm.weak !== undefined && !trust.allowWeak.includes(algorithm.weak))
  ) {
    throw rejected('signature.algorithm');
  }
  const data = Buffer.from(text, 'utf8');
  // The binding does not say how the two numbers of ECDSA are written down here, and senders differ.
  const encodings = algorithm.keyType === 'ec' ? (['ieee-p1363', 'der'] as const) : (['der'] as const);
  return trust.keys
    .filter((key) => key.asymmetricKeyType === algorithm.keyType)
    .some((key) =>
      encodings.some((dsaEncoding) => verify(algorithm.hash, data, { key, dsaEncoding }, signature)),
    );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw rejected('redirect.escape', cause);
  }
}

/** Base64 with line breaks, which some identity providers send, and nothing else. */
function base64(text: string): Buffer {
  const clean = text.replaceAll(/[\r\n]/g, '');
  if (clean === '' || clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) {
    throw rejected('redirect.base64');
  }
  return Buffer.from(clean, 'base64');
}

/** Raw DEFLATE (RFC 1951), to a bounded size whatever it says of itself. */
function inflated(bytes: Buffer): string {
  try {
    const text = inflateRawSync(bytes, { maxOutputLength: logoutLimits.xml.length });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch (cause) {
    throw rejected('redirect.deflate', cause);
  }
}
