import type { IncomingMessage } from 'node:http';
import { Failure } from '../../identity/index.ts';
import { maxEncodedLength, responseLimits } from './limits.ts';
import { rejected } from './rejected.ts';
import { scan } from './xml/scan.ts';

/** A request as web hands it over: the form already parsed, nothing in it trusted. */
export type AnswerRequest = Pick<IncomingMessage, 'method' | 'headers'> & { readonly body?: unknown };

export interface Envelope {
  /** The XML, strict UTF-8, free of DOCTYPE and processing instructions, within all limits. */
  readonly xml: string;
  /** The key of our login flow, if it has the shape of one. Anything else is the same as none. */
  readonly flowKey: string | undefined;
}

/**
 * Before any parser: the HTTP-POST binding as it should come (saml-bindings 3.5). POST, urlencoded, each parameter
 * once, base64 without rubbish, and XML that passes the scan.
 *
 * @throws Failure `method_not_allowed`, `unsupported_media_type`, `payload_too_large`, `bad_request` or `login_rejected`
 */
export function openEnvelope(request: AnswerRequest): Envelope {
  const before = opened.get(request);
  if (before !== undefined) return before;
  const envelope = open(request);
  opened.set(request, envelope);
  return envelope;
}

/** A browser may bring several correlation cookies, and the answer is tried with each: it is decoded and scanned once. */
const opened = new WeakMap<AnswerRequest, Envelope>();

function open(request: AnswerRequest): Envelope {
  if (request.method !== 'POST') throw new Failure('method_not_allowed', { detail: 'saml.envelope.method' });
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Failure('unsupported_media_type', { detail: 'saml.envelope.content_type' });
  }
  const encoded = parameter(request.body, 'SAMLResponse');
  if (encoded === undefined || encoded === '')
    throw new Failure('bad_request', { detail: 'saml.envelope.no_response' });
  if (encoded.length > maxEncodedLength)
    throw new Failure('payload_too_large', { detail: 'saml.envelope.size' });
  const xml = decode(encoded);
  scan(xml, responseLimits);
  const relayState = parameter(request.body, 'RelayState');
  return {
    xml,
    flowKey: relayState !== undefined && /^[A-Za-z0-9_-]{43}$/.test(relayState) ? relayState : undefined,
  };
}

function parameter(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value: unknown = (body as Readonly<Record<string, unknown>>)[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string')
    throw new Failure('bad_request', { detail: `saml.envelope.repeated_${name}` });
  return value;
}

/** Base64 (RFC 4648, section 4) with line breaks, which some identity providers send, and nothing else. */
function decode(encoded: string): string {
  const text = encoded.replaceAll(/[\r\n]/g, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw rejected('envelope.base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64'));
  } catch (cause) {
    throw rejected('envelope.utf8', cause);
  }
}
