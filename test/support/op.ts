import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ClientMetadata, type Configuration, type JWK, Provider } from 'oidc-provider';

/** Somebody at the provider. `claims` come by scope as the library does it; `sub` is the key of `accounts`. */
export interface OpAccount {
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface OpOptions {
  readonly accounts?: Readonly<Record<string, OpAccount>>;
  readonly clients?: readonly ClientMetadata[];
  /** Claims stand in the ID token too (as with Entra ID), not only at the userinfo endpoint. */
  readonly claimsInIdToken?: boolean;
  readonly par?: 'off' | 'offered' | 'required';
  readonly configuration?: Configuration;
  /** A free one otherwise. */
  readonly port?: number;
}

/** A real OpenID provider (`oidc-provider`), in this process, that asks nobody for a password. */
export interface Op {
  readonly issuer: string;
  readonly provider: Provider;
  /** What every following interaction ends in: this account signs in, or the error is given. */
  answer: { readonly account: string } | { readonly error: string; readonly error_description?: string };
  /** Called before each request is answered; what it promises is waited for, and when it throws, the connection is cut. */
  before: (path: string) => Promise<void> | void;
  /** Closes every connection without an answer. */
  hangUp: boolean;
  /** Answers what programs ask with noise. */
  garbage: boolean;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  /** From now on signs with another key, which is the only one published. */
  rotateKeys(): Promise<void>;
  close(): Promise<void>;
}

export const opClient: ClientMetadata = {
  client_id: 'doorward',
  client_secret: 'a-client-secret-of-forty-characters-0123',
  redirect_uris: [],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
};

/** A fresh RSA signing key. */
export function signingJwk(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    ...privateKey.export({ format: 'jwk' }),
    kid: randomBytes(8).toString('hex'),
    use: 'sig',
    alg: 'RS256',
  } as JWK;
}

export const annAccount: OpAccount = {
  claims: {
    name: 'Ann Example',
    given_name: 'Ann',
    family_name: 'Example',
    preferred_username: 'ann',
    email: 'ann@acme.example',
    email_verified: true,
    groups: ['engineers', 'a,b'],
    locale: 'en',
  },
};

/** Starts it on a free port. Takes well under a second; share one a file. */
export async function startOp(redirectUri: string, options: OpOptions = {}): Promise<Op> {
  const accounts = options.accounts ?? { 'sub-ann': annAccount };
  const clients = (options.clients ?? [opClient]).map((client) => ({
    ...client,
    redirect_uris: [redirectUri],
  }));
  const server = createServer((req, res) => void handle(req, res));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cookieKey = randomBytes(16).toString('hex');

  const build = (): Provider =>
    quietly(
      () =>
        new Provider(issuer, {
          clients,
          jwks: { keys: [signingJwk()] },
          cookies: {
            keys: [cookieKey],
            names: { session: 'op_session', interaction: 'op_interaction', resume: 'op_resume' },
          },
          claims: {
            openid: ['sub', 'sid', 'auth_time'],
            profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale', 'groups'],
            email: ['email', 'email_verified'],
          },
          conformIdTokenClaims: !(options.claimsInIdToken ?? true),
          features: {
            devInteractions: { enabled: false },
            pushedAuthorizationRequests: {
              enabled: (options.par ?? 'off') !== 'off',
              requirePushedAuthorizationRequests: options.par === 'required',
            },
            userinfo: { enabled: true },
            jwtUserinfo: { enabled: true },
          },
          interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
          // Ten tabs share one session there; a sign-in in one of them must not spoil the codes of the others.
          expiresWithSession: () => false,
          pkce: { required: () => true },
          ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
          findAccount: (_context, subject) => {
            const account = accounts[subject];
            if (account === undefined) return undefined;
            return { accountId: subject, claims: () => ({ sub: subject, ...account.claims }) };
          },
          async loadExistingGrant({ oidc }) {
            const accountId = oidc.session?.accountId;
            const clientId = oidc.client?.clientId;
            if (accountId === undefined || clientId === undefined) return undefined;
            const grant = new oidc.provider.Grant({ accountId, clientId });
            grant.addOIDCScope('openid profile email offline_access');
            await grant.save();
            return grant;
          },
          renderError(context, out) {
            context.type = 'json';
            context.body = JSON.stringify(out);
          },
          ...options.configuration,
        }),
    );

  const op: Op & { provider: Provider } = {
    issuer,
    provider: build(),
    answer: { account: Object.keys(accounts)[0] ?? '' },
    before: () => {},
    hangUp: false,
    garbage: false,
    requests: [],
    async rotateKeys() {
      op.provider = build();
      callback = op.provider.callback();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  let callback = op.provider.callback();

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = new URL(req.url ?? '/', issuer).pathname;
    op.requests.push(path);
    try {
      await op.before(path);
    } catch {
      return void req.socket.destroy();
    }
    if (op.hangUp) return void req.socket.destroy();
    if (op.garbage && /token|jwks|me$|\.well-known/.test(path)) {
      res.writeHead(200, { 'content-type': 'application/json' });
      return void res.end(randomBytes(2_000));
    }
    if (!path.startsWith('/interaction/')) return void callback(req, res);
    const { answer } = op;
    const result =
      'account' in answer ? { login: { accountId: answer.account, remember: false } } : { ...answer };
    await op.provider.interactionFinished(req, res, result);
  };
  return op;
}

/**
 * The library warns that its store is in memory and its keys are new each time, which is what a test wants. And under Jest
 * `structuredClone` makes objects of another realm, which the library then takes for no objects at all.
 */
function quietly<T>(build: () => T): T {
  const { warn, info } = console;
  const clone = globalThis.structuredClone;
  globalThis.structuredClone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
  console.warn = () => {};
  console.info = () => {};
  try {
    return build();
  } finally {
    console.warn = warn;
    console.info = info;
    globalThis.structuredClone = clone;
  }
}
