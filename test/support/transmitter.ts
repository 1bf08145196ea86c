import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import { type OpKey, opKey } from './hostile-op.ts';

type Json = Record<string, unknown>;

/** A Shared Signals transmitter of our own: the whole API of the framework, push and poll. */
export interface Transmitter {
  readonly issuer: string;
  /** What is needed to manage the stream and to poll. */
  readonly token: string;
  readonly streams: Json[];
  /** Events that wait to be polled, by jti. */
  readonly waiting: Map<string, string>;
  /** What pollers acknowledged, and what they complained of. */
  readonly acknowledged: string[];
  readonly complaints: Record<string, unknown>;
  readonly requests: { readonly method: string; readonly path: string; readonly body: Json }[];
  /** While set, the API answers this. */
  fails: number | undefined;
  /** Signs an event about this subject. */
  event(type: string, subject: unknown, payload?: Json, claims?: Json): Promise<string>;
  /** Sends it to where the stream leads, as RFC 8935 has it; gives the answer. */
  push(jwt: string): Promise<Response>;
  /** Lets it wait to be polled. */
  hold(jwt: string): string;
  close(): Promise<void>;
}

export async function startTransmitter(): Promise<Transmitter> {
  const key: OpKey = await opKey('ES256');
  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => res.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}/tenants/acme`;

  const self: Transmitter = {
    issuer,
    token: randomBytes(16).toString('hex'),
    streams: [],
    waiting: new Map(),
    acknowledged: [],
    complaints: {},
    requests: [],
    fails: undefined,
    async event(type, subject, payload = {}, claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: issuer,
        aud: String(self.streams[0]?.['aud'] ?? 'doorward'),
        jti: randomUUID(),
        iat: now,
        sub_id: subject,
        events: { [type]: { event_timestamp: now, ...payload } },
        ...claims,
      })
        .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'secevent+jwt' } as JWTHeaderParameters)
        .sign(key.privateKey);
    },
    async push(jwt) {
      const delivery = self.streams[0]?.['delivery'] as Json;
      return fetch(String(delivery['endpoint_url']), {
        method: 'POST',
        headers: {
          'content-type': 'application/secevent+jwt',
          accept: 'application/json',
          authorization: String(delivery['authorization_header'] ?? ''),
        },
        body: jwt,
      });
    },
    hold(jwt) {
      const { jti } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Json;
      self.waiting.set(String(jti), jwt);
      return String(jti);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  const answers: Readonly<
    Record<string, (method: string, body: Json) => Promise<readonly [number, unknown]>>
  > = {
    '/.well-known/ssf-configuration/tenants/acme': async () => [
      200,
      {
        spec_version: '1_0',
        issuer,
        jwks_uri: `${origin}/jwks`,
        delivery_methods_supported: ['urn:ietf:rfc:8935', 'urn:ietf:rfc:8936'],
        configuration_endpoint: `${origin}/ssf/stream`,
        status_endpoint: `${origin}/ssf/status`,
        verification_endpoint: `${origin}/ssf/verify`,
      },
    ],
    '/jwks': async () => [200, { keys: [key.publicJwk] }],
    async '/ssf/stream'(method, body) {
      if (method === 'GET') return [200, self.streams];
      if (method === 'POST') {
        const stream = {
          stream_id: `stream-${self.streams.length + 1}`,
          iss: issuer,
          aud: 'doorward',
          ...body,
          events_delivered: (body['events_requested'] as string[]).slice(0, 4),
        };
        self.streams.push(stream);
        return [201, stream];
      }
      const stream = self.streams.find((each) => each['stream_id'] === body['stream_id']);
      return stream === undefined ? [404, {}] : [200, Object.assign(stream, body)];
    },
    '/ssf/status': async () => [200, { stream_id: 'stream-1', status: 'enabled' }],
    async '/ssf/verify'(_method, body) {
      const subject = { format: 'opaque', id: body['stream_id'] };
      const type = 'https://schemas.openid.net/secevent/ssf/event-type/verification';
      const jwt = await self.event(type, subject, { state: body['state'] });
      const delivery = self.streams[0]?.['delivery'] as Json;
      if (delivery['method'] === 'urn:ietf:rfc:8935') setImmediate(() => void self.push(jwt));
      else self.hold(jwt);
      return [204, undefined];
    },
    async '/ssf/poll'(_method, body) {
      for (const jti of (body['ack'] as string[] | undefined) ?? []) {
        self.waiting.delete(jti);
        self.acknowledged.push(jti);
      }
      for (const [jti, complaint] of Object.entries((body['setErrs'] as Json | undefined) ?? {})) {
        self.waiting.delete(jti);
        self.complaints[jti] = complaint;
      }
      const sets = [...self.waiting].slice(0, Math.min(2, Number(body['maxEvents'])));
      return [200, { sets: Object.fromEntries(sets), moreAvailable: self.waiting.size > sets.length }];
    },
  };

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { pathname: path } = new URL(req.url ?? '/', origin);
    let text = '';
    for await (const chunk of req) text += String(chunk);
    const body = (text === '' ? {} : JSON.parse(text)) as Json;
    self.requests.push({ method: req.method ?? '', path, body });
    const isPublic = path === '/jwks' || path.startsWith('/.well-known/');
    const authorized = isPublic || req.headers.authorization === `Bearer ${self.token}`;
    const [status, answer] = !authorized
      ? [401, {}]
      : self.fails !== undefined && !isPublic
        ? [self.fails, {}]
        : await (answers[path]?.(req.method ?? '', body) ?? Promise.resolve([404, {}] as const));
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(answer === undefined ? '' : JSON.stringify(answer));
  };
  return self;
}
