import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { isProxyName } from '../../../src/cli/proxy-config/index.ts';
import { snapshot, type GateWorld } from '../../support/gate-world.ts';
import { stopped } from '../../support/http-exchange.ts';
import { runners } from './runners.ts';
import { identityHeaders, proxyWorld, type ProxyWorld } from './world.ts';

const browser = ['Accept', 'text/html,application/xhtml+xml', 'Sec-Fetch-Mode', 'navigate'];
const script = ['Accept', 'application/json'];
const login = 'https://catalog.example/sso/login?rd=%2Ftables%3Fq%3Da%2520b';
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

describe.each(Object.entries(runners))('%s', (name, runner) => {
  let proxy: ProxyWorld;
  let gate: GateWorld;
  let person: string[];

  beforeAll(async () => {
    if (!isProxyName(name)) throw new Error(`no configuration for ${name}`);
    proxy = await proxyWorld(name, runner);
  });

  beforeEach(() => {
    gate = proxy.reset();
    person = ['Cookie', gate.signIn('one')];
  });

  afterAll(() => proxy?.close());

  /** The bytes of a header as the application got them; never more than one of a name. */
  function bytes(header: string): Buffer | undefined {
    const raw = proxy.seen.at(-1)?.req.rawHeaders ?? [];
    const found = raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === header);
    expect(found.length).toBeLessThan(2);
    return found[0] === undefined ? undefined : Buffer.from(found[0], 'latin1');
  }

  function webSocket(headers: readonly string[]): WebSocket {
    const pairs = Object.fromEntries(
      headers.flatMap((each, index) => (index % 2 === 0 ? [[each, headers[index + 1] ?? '']] : [])),
    );
    const agent = new Agent({ servername: 'catalog.example', ca: proxy.certificates.caText });
    return new WebSocket(`wss://127.0.0.1:${proxy.proxy.port}/live`, {
      agent,
      headers: { Host: 'catalog.example', ...pairs },
    });
  }

  it('signed in', async () => {
    const answer = await proxy.ask('/tables?q=a%20b', { headers: [...browser, ...person] });
    expect(answer).toMatchObject({ status: 200, body: 'the catalog' });
    expect(proxy.seen[0]?.req.url).toBe('/tables?q=a%20b');
    expect(proxy.seen[0]?.req.headers).toMatchObject({
      host: 'catalog.example',
      'x-forwarded-proto': 'https',
      // One address: the client's. (Envoy puts the machine's own in the place of loopback.)
      'x-forwarded-for': expect.stringMatching(/^[\d.]+$/),
    });
    expect((await proxy.ask('/sso/login')).body).toBe('the gateway itself');
  });

  it('signed out, browser', async () => {
    const answer = await proxy.ask('/tables?q=a%20b', { headers: browser });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe(login);
    expect(proxy.seen).toEqual([]);
  });

  it('signed out, script', async () => {
    for (const options of [{ headers: script }, { method: 'POST', headers: script, body: '{"a":1}' }]) {
      const answer = await proxy.ask('/tables', options);
      expect(answer.status).toBe(401);
      expect(answer.headers['content-type']).toContain('application/json');
      expect(JSON.parse(answer.body)).toMatchObject({
        error: { code: 'unauthenticated', reference: 'REF-1' },
      });
    }
    expect(proxy.seen).toEqual([]);
  });

  it('refused', async () => {
    gate.setUser(snapshot().id, { ...snapshot(), version: 2, disabledAt: 1 });
    const page = await proxy.ask('/tables', { headers: [...browser, ...person] });
    expect(page.status).toBe(403);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('REF-1');
    expect(page.body).toContain('help@acme.example');
    const json = await proxy.ask('/tables', { headers: [...script, ...person] });
    expect(json.status).toBe(403);
    expect(JSON.parse(json.body)).toMatchObject({ error: { code: 'forbidden' } });
    expect(proxy.seen).toEqual([]);
  });

  it('identity headers', async () => {
    await proxy.ask('/', { headers: person });
    expect(bytes('x-auth-request-user')).toEqual(Buffer.from(snapshot().id));
    expect(bytes('x-auth-request-name')).toEqual(Buffer.from('Łukasz Müller', 'utf8'));
    expect(bytes('x-auth-request-groups')).toEqual(Buffer.from('a%2Cb,engineers'));
    expect(bytes('x-auth-request-role')).toEqual(Buffer.from('guest'));
    expect(bytes('x-auth-request-email')).toEqual(Buffer.from('lukasz@acme.example'));
    expect(bytes('x-auth-request-preferred-username')).toEqual(Buffer.from('lukasz@acme.example'));
  });

  it('spoofed headers', async () => {
    gate.setUser(snapshot().id, {
      ...snapshot(),
      version: 2,
      email: undefined,
      displayName: undefined,
      groups: [],
    });
    const names = [
      ...identityHeaders,
      'X_Auth_Request_Groups',
      'X-Auth_Request-Email',
      'x.auth.request.groups',
      'X-AUTH-REQUEST-EMAIL',
      'X_Doorward_Assertion',
    ];
    const forged = names.flatMap((each) => [each, 'evil']);
    for (const connection of [[], ['Connection', 'close, X-Auth-Request-User, X-Auth-Request-Role']]) {
      const { status } = await proxy.ask('/', { headers: [...person, ...forged, ...connection] });
      expect(status).toBe(200);
      const { rawHeaders = [] } = proxy.seen.at(-1)?.req ?? {};
      expect(rawHeaders.filter((_, index) => rawHeaders[index + 1] === 'evil')).toEqual([]);
      expect(bytes('x-auth-request-user')).toEqual(Buffer.from(snapshot().id));
      expect(bytes('x-auth-request-role')).toEqual(Buffer.from('guest'));
      expect(bytes('x-auth-request-email')?.toString() ?? '').toBe('');
    }
    const { status } = await proxy.ask('/', { headers: [...script, ...forged] });
    expect(status).toBe(401);
  });

  it('overridden methods', async () => {
    const names = ['X_HTTP_Method_Override', 'X-HTTP_Method-Override', 'x.http.method', 'X_Method_Override'];
    const headers = [...person, ...names.flatMap((each) => [each, 'DELETE'])];
    expect((await proxy.ask('/tables', { method: 'POST', headers, body: 'x' })).status).toBe(200);
    expect(proxy.seen.at(-1)?.req.rawHeaders).not.toContain('DELETE');
  });

  it('lies about the request', async () => {
    const lies = [
      ['X-Original-URL', 'https://evil.example/'],
      ['X-Original-Method', 'HEAD'],
      ['X-Forwarded-Uri', '/x'],
      ['X-Forwarded-Host', 'evil.example'],
      ['X-Forwarded-Method', 'HEAD'],
      ['X-Forwarded-Proto', 'http'],
    ].flat();
    const out = await proxy.ask('/tables?q=a%20b', { headers: [...browser, ...lies] });
    expect(out.headers.location).toBe(login);
    const { status } = await proxy.ask('/tables', { headers: [...person, ...lies] });
    expect(status).toBe(200);
    const headers: IncomingHttpHeaders = proxy.seen[0]?.req.headers ?? {};
    expect(headers['x-forwarded-host'] ?? 'catalog.example').toBe('catalog.example');
    expect(headers['x-forwarded-proto']).toBe('https');
    for (const endpoint of ['auth-request', 'forward-auth', 'ext-authz/']) {
      const asked = await proxy.ask(`/sso/verify/${endpoint}`, { headers: [...person, ...lies] });
      // Traefik knows no 404; its "nobody" is 418.
      expect([404, 418]).toContain(asked.status);
    }
  });

  it.each([
    '/a/..;/b',
    '/a/%2e%2e/b',
    '/a%5cb',
    '/a%2fb',
    '/a/../b',
    '/sso/../b',
    '/sso/..%2fb',
    '//sso/x',
    '/x/../sso/y',
    '/SSO/x',
  ])('path %s', async (path) => {
    await proxy.ask(path, { headers: script }).catch(() => undefined);
    expect(proxy.seen).toEqual([]);
    await proxy.ask(path, { headers: person }).catch(() => undefined);
    // What the application got is what was judged.
    for (const { req } of proxy.seen) expect(req.url).toBe(proxy.asked);
  });

  it('POST', async () => {
    const body = Buffer.alloc(3_000_000, 'every byte counts \u00ff\u0000');
    const answer = await proxy.ask('/upload', { method: 'POST', headers: person, body });
    expect(answer.status).toBe(200);
    expect(proxy.seen[0]?.req.method).toBe('POST');
    expect(sha256(proxy.seen[0]?.body ?? Buffer.alloc(0))).toBe(sha256(body));
    // The connection is in order for the next one.
    expect((await proxy.ask('/', { headers: person })).status).toBe(200);
  });

  it('WebSocket', async () => {
    const socket = webSocket(person);
    await once(socket, 'open');
    const answer = once(socket, 'message');
    socket.send('hello');
    expect(String((await answer)[0])).toBe('hello!');
    expect(bytes('x-auth-request-user')).toEqual(Buffer.from(snapshot().id));
    socket.terminate();
    await expect(once(webSocket([]), 'open')).rejects.toThrow('401');
    expect(proxy.seen).toHaveLength(1);
  });

  it('streaming', async () => {
    const answer = await proxy.open('/stream', { headers: person });
    const [first] = (await once(answer, 'data')) as [Buffer];
    expect(String(first)).toBe('data: first\n\n');
    const rest: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => rest.push(chunk));
    proxy.goOn();
    await once(answer, 'end');
    expect(Buffer.concat(rest).toString()).toBe('data: second\n\n');
  });

  it('store down', async () => {
    gate.sessionStore.down = true;
    const { status } = await proxy.ask('/', { headers: person });
    expect(status).toBeGreaterThanOrEqual(500);
    expect(proxy.seen).toEqual([]);
  });

  // Last: it takes the gate away.
  it('gateway down', async () => {
    await stopped(proxy.gateServer);
    for (const headers of [person, browser, script]) {
      const { status } = await proxy.ask('/', { headers });
      expect(status).toBeGreaterThanOrEqual(500);
    }
    expect(proxy.seen).toEqual([]);
  });
});
