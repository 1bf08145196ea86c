import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/**
 * Headers of every answer of this room. No script, frame or font at all; styles and images from our own origin only.
 * `Referrer-Policy: same-origin`, not `no-referrer`, which would turn the `Origin` of our own forms into `null`
 * (Fetch standard, "append a request Origin header").
 */
export function securityHeaders(options: { https: boolean; scripts?: boolean }): RequestHandler {
  // The console has a script, a file of our own that asks our own server; nothing else has any.
  const scripts = options.scripts === true ? { scriptSrc: ["'self'"], connectSrc: ["'self'"] } : {};
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        ...scripts,
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

/**
 * Lets the forms of this one page lead to these origins as well. Browsers hold `form-action` against every redirect that
 * follows a form (Content Security Policy 3, section 6.4.1.1), so that a sign-out that goes on elsewhere has to be named.
 */
export function allowFormsTo(res: Response, origins: readonly string[]): void {
  const policy = res.getHeader('Content-Security-Policy');
  if (origins.length === 0 || typeof policy !== 'string') return;
  const named = [...new Set(origins)].filter((origin) => /^https?:\/\/[^\s;,']+$/.test(origin)).join(' ');
  res.setHeader(
    'Content-Security-Policy',
    policy.replace("form-action 'self'", `form-action 'self' ${named}`),
  );
}
