import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { badRequest, ScimError } from '../error.ts';

/** The largest body that is read, bytes: 20,000 members take less than a third of it. */
export const largestBody = 4 * 1024 * 1024;
/** Brackets inside brackets: nobody writes more, and each level costs stack wherever the value is walked. */
const deepest = 64;

const types = ['application/scim+json', 'application/json'];

/**
 * The JSON body of a request.
 * @throws ScimError 413 beyond {@link largestBody}, 415 for another type, 400 invalidSyntax for what is no JSON in UTF-8
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const [type, ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  if (type?.trim() && !types.includes(type.trim()))
    throw new ScimError(415, `The body must be ${types.join(' or ')}.`);
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))
    throw new ScimError(415, 'The body must be encoded in UTF-8.');
  const bytes = await readBytes(req, largestBody);
  // What is no UTF-8 would become other names without a word (RFC 8259, section 8.1).
  if (!isUtf8(bytes)) throw badRequest('invalidSyntax', 'The body is not UTF-8.');
  const text = bytes.toString('utf8');
  return parseJson(text.startsWith(byteOrderMark) ? text.slice(1) : text);
}

const byteOrderMark = '\ufeff';

/** @throws ScimError 413 as soon as it is known that the body is longer. */
export async function readBytes(req: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = () =>
    new ScimError(413, `The body is larger than ${Math.floor(most / 1024)} kB.`, 'tooMany');
  if (Number(req.headers['content-length'] ?? 0) > most) throw tooLarge();
  if (req.headers['content-encoding'] !== undefined && req.headers['content-encoding'] !== 'identity')
    throw new ScimError(415, 'The body must not be compressed.');
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when it is left early: the client is to read why.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function parseJson(text: string): unknown {
  if (isDeep(text)) throw badRequest('invalidSyntax', `The body is nested deeper than ${deepest} levels.`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest('invalidSyntax', text.trim() === '' ? 'The body is empty.' : 'The body is not JSON.');
  }
}

function isDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === 92) at += 1;
      else if (code === 34) isText = false;
    } else if (code === 34) isText = true;
    else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return false;
}
