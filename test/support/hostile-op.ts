import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export type Json = Record<string, unknown>;

/** A signing key with what is published of it. */
export interface OpKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: Parameters<SignJWT['sign']>[0];
  readonly publicJwk: JWK;
}

/** What the token endpoint knows when it answers: everything that a good answer is made of. */
export interface Grant {
  readonly issuer: string;
  readonly nonce: string | undefined;
  readonly accessToken: string;
  readonly key: OpKey;
}

/** One way, or a few, to misbehave. Each takes what a good provider would say and gives what this one says. */
export interface Behaviour {
  readonly discovery?: (document: Json) => unknown;
  readonly keys?: (keys: JWK[]) => unknown;
  /** Parameters of the redirect back to us. */
  readonly callback?: (parameters: URLSearchParams) => void;
  readonly claims?: (claims: Json, grant: Grant) => Json;
  readonly header?: (header: Json) => Json;
  /** Makes the ID token itself. */
  readonly idToken?: (claims: Json, grant: Grant) => string | Promise<string>;
  /** Has the finished ID token in hand. */
  readonly tamper?: (jwt: string) => string;
  readonly token?: (response: Json) => unknown;
  /** What the endpoint for pushed requests says, with what status; a good provider's answer otherwise. */
  readonly pushed?: (answer: Json) => readonly [status: number, body: unknown];
  /** Status of the token response; 200 otherwise. */
  readonly tokenStatus?: number;
  /** Text is sent as `application/jwt`. */
  readonly userinfo?: (claims: Json, grant: Grant) => unknown;
  /** Answers a path with this status, and nothing of sense in it. */
  readonly status?: Readonly<Record<string, number>>;
  /** Claims are at the userinfo endpoint only. */
  readonly bareIdToken?: boolean;
  /** Takes no notice of the PKCE verifier, nor of the client's secret. */
  readonly careless?: boolean;
}

/** A small OpenID provider of our own that can misbehave. The OpenID libraries under test have no part in it. */
export interface HostileOp {
  readonly issuer: string;
  /** Path of every request, in order, with its parameters and headers. */
  readonly requests: { path: string; parameters: URLSearchParams; authorization: string | undefined }[];
  /** From now on: this behaviour and no other; as good as gold when left out. */
  behave(behaviour?: Behaviour): void;
  /** Everyone's issuer in the documents; the address it listens at stays. */
  readonly state: { behaviour: Behaviour; key: OpKey; issuer: string; person: Json };
  count(path: string): number;
  close(): Promise<void>;
}

export async function opKey(alg = 'RS256', bits = 2048): Promise<OpKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, modulusLength: bits });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { alg, kid, privateKey, publicJwk: { ...jwk, kid, alg, use: 'sig' } };
}

/** Ann, as a good provider describes her. */
export const hostileAnn: Json = {
  sub: 'ann',
  preferred_username: 'ann',
  name: 'Ann Example',
  email: 'ann@acme.example',
  email_verified: true,
  groups: ['engineers'],
};

export async function startHostileOp(key: OpKey): Promise<HostileOp> {
  const codes = new Map<string, URLSearchParams>();
  const pushed = new Map<string, URLSearchParams>();
  const accessTokens = new Map<string, Grant>();
  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
  });
  // An idle connection is not closed under the hands of a client that is about to use it.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const op: HostileOp = {
    issuer: home,
    requests: [],
    state: { behaviour: {}, key, issuer: home, person: hostileAnn },
    behave(behaviour = {}) {
      op.state.behaviour = behaviour;
      op.state.key = key;
      op.state.issuer = home;
      op.state.person = hostileAnn;
      op.requests.length = 0;
    },
    count: (path) => op.requests.filter((request) => request.path === path).length,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  const discovery = (): unknown => {
    const base = op.state.issuer;
    const document: Json = {
      issuer: base,
      authorization_endpoint: `${home}/authorize`,
      token_endpoint: `${base}/token`,
      jwks_uri: `${base}/jwks`,
      userinfo_endpoint: `${base}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256', 'HS256', 'none'],
      userinfo_signing_alg_values_supported: ['RS256', 'none'],
      code_challenge_methods_supported: ['S256'],
    };
    return op.state.behaviour.discovery?.(document) ?? document;
  };

  const push = (form: URLSearchParams): readonly [number, unknown] => {
    const requestUri = `urn:ietf:params:oauth:request_uri:${randomBytes(8).toString('hex')}`;
    pushed.set(requestUri, form);
    const good = { request_uri: requestUri, expires_in: 60 };
    return op.state.behaviour.pushed?.(good) ?? [201, good];
  };

  const authorize = (asked: URLSearchParams, res: ServerResponse): void => {
    const query = pushed.get(asked.get('request_uri') ?? '') ?? asked;
    const code = randomBytes(16).toString('base64url');
    codes.set(code, query);
    const back = new URL(query.get('redirect_uri') ?? '');
    const parameters = new URLSearchParams({ code, state: query.get('state') ?? '' });
    op.state.behaviour.callback?.(parameters);
    back.search = parameters.toString();
    res.writeHead(302, { location: back.href }).end();
  };

  const token = async (
    form: URLSearchParams,
    authorization: string | undefined,
  ): Promise<[number, unknown]> => {
    const { behaviour, person } = op.state;
    const request = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (behaviour.careless !== true) {
      if (authorization === undefined) return [401, { error: 'invalid_client' }];
      if (request?.get('code_challenge') !== challenge) return [400, { error: 'invalid_grant' }];
      if (request.get('redirect_uri') !== form.get('redirect_uri')) return [400, { error: 'invalid_grant' }];
    }
    const accessToken = randomBytes(16).toString('base64url');
    const nonce = request?.get('nonce') ?? undefined;
    const grant: Grant = { issuer: op.state.issuer, nonce, accessToken, key: op.state.key };
    accessTokens.set(accessToken, grant);
    const now = Math.floor(Date.now() / 1000);
    const good: Json = {
      iss: grant.issuer,
      aud: 'doorward',
      iat: now,
      exp: now + 300,
      nonce,
      ...(behaviour.bareIdToken === true ? { sub: person['sub'] } : person),
    };
    const claims = behaviour.claims?.(good, grant) ?? good;
    const header = { alg: grant.key.alg, kid: grant.key.kid };
    const made =
      (await behaviour.idToken?.(claims, grant)) ??
      (await signed(claims, behaviour.header?.(header) ?? header, grant.key));
    const response: Json = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: behaviour.tamper?.(made) ?? made,
    };
    return [behaviour.tokenStatus ?? 200, (await behaviour.token?.(response)) ?? response];
  };

  const userinfo = async (authorization: string | undefined): Promise<[number, unknown]> => {
    const grant = accessTokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    if (grant === undefined) return [401, { error: 'invalid_token' }];
    const { behaviour, person } = op.state;
    return [200, (await behaviour.userinfo?.(person, grant)) ?? person];
  };

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', home);
    const form = req.method === 'POST' ? new URLSearchParams(await text(req)) : url.searchParams;
    const { authorization } = req.headers;
    op.requests.push({ path: url.pathname, parameters: form, authorization });
    const send = (status: number, body: unknown): void => {
      const jwt = typeof body === 'string';
      res.writeHead(status, { 'content-type': jwt ? 'application/jwt' : 'application/json' });
      res.end(jwt ? body : JSON.stringify(body));
    };
    const status = op.state.behaviour.status?.[url.pathname];
    if (status !== undefined) {
      res.writeHead(status, { 'content-type': 'text/html', location: '/elsewhere' }).end('<p>no</p>');
      return;
    }
    if (url.pathname === '/authorize') return authorize(url.searchParams, res);
    if (url.pathname.endsWith('/.well-known/openid-configuration')) return send(200, discovery());
    if (url.pathname.endsWith('/jwks')) {
      const keys = [op.state.key.publicJwk];
      return send(200, op.state.behaviour.keys?.(keys) ?? { keys });
    }
    if (url.pathname === '/par') return send(...push(form));
    if (url.pathname.endsWith('/token')) return send(...(await token(form, authorization)));
    if (url.pathname.endsWith('/userinfo')) return send(...(await userinfo(authorization)));
    send(404, {});
  };
  return op;
}

/** A JWT with exactly this header, signed by the key whatever the header says. */
export async function signed(claims: Json, header: Json, key: OpKey): Promise<string> {
  const jwt = await new SignJWT(claims).setProtectedHeader({ ...header, alg: key.alg }).sign(key.privateKey);
  if (header['alg'] === key.alg) return jwt;
  const [, payload = '', signature = ''] = jwt.split('.');
  return `${encode(header)}.${payload}.${signature}`;
}

/** A JWT of an RSA key with exactly this header, signed over it, though no library would sign such a one. */
export async function signedByHand(claims: Json, header: Json, key: OpKey): Promise<string> {
  const input = `${encode(header)}.${encode(claims)}`;
  const algorithm = { name: 'RSASSA-PKCS1-v1_5' };
  const bytes = await crypto.subtle.sign(algorithm, key.privateKey as CryptoKey, Buffer.from(input));
  return `${input}.${Buffer.from(bytes).toString('base64url')}`;
}

/** A JWT whose claims are this very text. */
export async function signedText(claims: string, key: OpKey): Promise<string> {
  const header = { alg: key.alg, kid: key.kid };
  return new CompactSign(Buffer.from(claims)).setProtectedHeader(header).sign(key.privateKey);
}

/** A JWT "signed" with a shared secret. */
export function hmacSigned(claims: Json, secret: string, header: Json = {}): string {
  const input = `${encode({ alg: 'HS256', ...header })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** A JWT without a signature. */
export function unsigned(claims: Json, alg = 'none'): string {
  return `${encode({ alg })}.${encode(claims)}.`;
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
