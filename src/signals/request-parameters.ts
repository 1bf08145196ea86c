import type { IncomingMessage } from 'node:http';
import { Failure } from '../identity/index.ts';

/**
 * The body of a request as text, strict UTF-8.
 *
 * @param type content type that it must have, in lower case and without parameters
 * @param limit bytes
 * @throws Failure `unsupported_media_type`, `payload_too_large`, `bad_request`
 */
export async function readBody(req: IncomingMessage, type: string, limit: number): Promise<string> {
  const found = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (found !== type) throw new Failure('unsupported_media_type', { detail: 'signals.content_type' });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw new Failure('payload_too_large', { detail: 'signals.body' });
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new Failure('bad_request', { detail: 'signals.utf8', cause });
  }
}

/** The fields of a posted form. None may occur twice. Throws as {@link readBody} does. */
export async function readForm(req: IncomingMessage, limit: number): Promise<ReadonlyMap<string, string>> {
  const form = new URLSearchParams(await readBody(req, 'application/x-www-form-urlencoded', limit));
  return uniqueFields(form, 'signals.form_repeated');
}

/** Parameters by name, each at most once. Throws Failure `bad_request` with this label otherwise. */
export function uniqueFields(parameters: URLSearchParams, detail: string): ReadonlyMap<string, string> {
  const fields = new Map(parameters);
  if (fields.size !== parameters.size) throw new Failure('bad_request', { detail });
  return fields;
}
