import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError, emptyAnswer, retryAfter } from './answers.ts';

/** Where applications find the keys of the signed assertion. The same in every release. */
export const keySetPath = '/.well-known/doorward/jwks.json';

/** A next key is published for 15 minutes before it signs: nobody who asks again after this long misses it. Seconds. */
const maxAge = 300;

/**
 * Serves the JWK Set (RFC 7517, section 8.5.2), which is public: GET and HEAD. False when the request is for something
 * else. `keySet` gives its JSON, or undefined while no keys could be read: 503.
 */
export function keySetEndpoint(
  keySet: () => string | undefined,
  reference: () => string,
): (req: IncomingMessage, res: ServerResponse) => boolean {
  return (req, res) => {
    const url = req.url ?? '';
    if (!url.startsWith(keySetPath) || !/^(?:\?.*)?$/s.test(url.slice(keySetPath.length))) return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      const headers = ['Allow', 'GET, HEAD'];
      answerError(res, {
        status: 405,
        code: 'method_not_allowed',
        reference: reference(),
        reader: 'program',
        headers,
      });
      return true;
    }
    const text = keySet();
    if (text === undefined) {
      res.writeHead(503, [...emptyAnswer, ...retryAfter]).end();
      return true;
    }
    const body = Buffer.from(text, 'utf8');
    res.writeHead(200, [
      'Cache-Control',
      `public, max-age=${maxAge}`,
      'Content-Type',
      'application/jwk-set+json',
      'Content-Length',
      String(body.length),
      'X-Content-Type-Options',
      'nosniff',
    ]);
    res.end(req.method === 'HEAD' ? undefined : body);
    return true;
  };
}
