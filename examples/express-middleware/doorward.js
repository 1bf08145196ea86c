import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

/**
 * Express middleware: `req.user` is whom Doorward let in, checked by the signature of `X-Doorward-Assertion`. Without a
 * valid one the answer is 401: whoever comes around the gateway gets nothing. Keys that cannot be fetched are 503.
 *
 * @param {{ issuer: string, audience: string, keys?: URL }} options `issuer` is the gateway's baseUrl
 */
export function doorward({ issuer, audience, keys = new URL('/.well-known/doorward/jwks.json', issuer) }) {
  const keySet = createRemoteJWKSet(keys);
  const checks = { issuer, audience, algorithms: ['ES256'], requiredClaims: ['sub', 'exp'] };
  return async function doorwardMiddleware(req, res, next) {
    let claims;
    try {
      const { payload } = await jwtVerify(req.get('x-doorward-assertion') ?? '', keySet, checks);
      claims = payload;
    } catch (error) {
      const refused = error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
      const outage = !refused || error instanceof errors.JWKSTimeout;
      res
        .status(outage ? 503 : 401)
        .json({ error: outage ? 'the gateway’s keys cannot be had' : 'not signed in' });
      return;
    }
    req.user = {
      id: claims.sub,
      userName: claims.preferred_username,
      email: claims.email,
      name: claims.name,
      groups: claims.groups ?? [],
      role: claims.role,
    };
    next();
  };
}

/** Only people in one of these groups: `app.get('/stewards', inGroup('stewards'), …)`, behind `doorward`. */
export function inGroup(...groups) {
  return function inGroupMiddleware(req, res, next) {
    if (groups.some((group) => req.user?.groups.includes(group))) next();
    else res.status(403).json({ error: 'not in a group that may' });
  };
}
