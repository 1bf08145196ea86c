import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * Headers of every answer of this room. No script, frame or font at all; styles and images from our own origin only.
 * `Referrer-Policy: same-origin`, not `no-referrer`, which would turn the `Origin` of our own forms into `null`
 * (Fetch standard, "append a request Origin header").
 */
export function securityHeaders(options: { https: boolean }): RequestHandler {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: options.https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  });
  return (req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
    protect(req, res, next);
  };
}
