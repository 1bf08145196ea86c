import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CookieBrowser, startGateway, type Gateway } from '../../support/gateway.ts';
import { annAccount, opClient, startOp, type Op } from '../../support/op.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../../support/otlp-receiver.ts';
import { freePort } from '../../support/redis.ts';

const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${parent.traceId}-${parent.spanId}-01`;

let receiver: OtlpReceiver;
let application: Server;
let seen: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  application = createServer((req, res) => {
    seen.push(req.headers);
    res.end('ok');
  });
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => application.close(resolve));
  await receiver.close();
});

/** A gateway with a provider, and a login through both; everything is sent when it has stopped. */
async function world(
  config: Parameters<typeof startGateway>[0]['config'],
  use: (gateway: Gateway, browser: CookieBrowser, op: Op) => Promise<void>,
): Promise<{ readonly secrets: readonly string[] }> {
  seen = [];
  const port = await freePort();
  const gateway = await startGateway({
    providers: () => [oidcConfig({ issuer: `http://127.0.0.1:${port}` })],
    config: {
      upstreams: [
        {
          host: undefined,
          path: '/',
          url: `http://127.0.0.1:${(application.address() as AddressInfo).port}`,
        },
      ],
      ...config,
    },
  });
  const op = await startOp(`${gateway.baseUrl}/sso/callback/op`, {
    port,
    accounts: { 'sub-ann': annAccount },
    clients: [opClient],
  });
  const browser = new CookieBrowser();
  const secrets: string[] = [
    String(opClient.client_secret),
    ...gateway.config.secrets,
    'sub-ann',
    'ann@acme',
  ];
  try {
    const plain = browser.ask.bind(browser);
    browser.ask = async (url, init = {}) => {
      const { searchParams } = new URL(url);
      for (const name of ['code', 'state', 'nonce', 'code_challenge']) {
        const value = searchParams.get(name);
        if (value !== null) secrets.push(value);
      }
      return plain(url, { ...init, headers: { traceparent, tracestate: 'acme=1', ...init.headers } });
    };
    await use(gateway, browser, op);
    for (const value of browser.jars.get(new URL(gateway.baseUrl).host)?.values() ?? [])
      if (value.length >= 8) secrets.push(value);
  } finally {
    await gateway.close();
    await op.close();
  }
  return { secrets };
}

function below(root: ReceivedSpan, name: string): ReceivedSpan {
  const found = receiver.spans.find((span) => {
    let at: ReceivedSpan | undefined = span;
    while (at !== undefined && at !== root) {
      const above: string | undefined = at.parentSpanId;
      at = receiver.spans.find(({ spanId }) => spanId === above);
    }
    return span.name === name && at === root;
  });
  if (found === undefined) {
    throw new Error(
      `no ${name} below ${root.name}; there are: ${receiver.spans.map((s) => s.name).join(', ')}`,
    );
  }
  return found;
}

describe('traces', () => {
  it('follow a login from the trusted proxy across strategy, provider, JIT and stores, and say no secret', async () => {
    const { secrets } = await world(
      {
        trustedProxies: ['127.0.0.1/32'],
        telemetry: {
          traces: {
            endpoint: `${receiver.origin}/v1/traces`,
            headers: { 'x-api-key': 'key-of-the-receiver' },
            share: 1,
          },
        },
      },
      async (gateway, browser) => {
        const { response } = await browser.go(`${gateway.baseUrl}/sso/login/op?rd=/tables`);
        expect(await response.text()).toBe('ok');
      },
    );
    expect(receiver.resource).toMatchObject({ 'service.name': 'doorward' });
    expect(receiver.headers[0]).toMatchObject({ 'x-api-key': 'key-of-the-receiver' });
    const root = receiver.spans.find(({ name }) => name === 'GET /callback/:provider');
    if (root === undefined) throw new Error('no span of the answer');
    expect(root).toMatchObject({
      kind: 2,
      traceId: parent.traceId,
      parentSpanId: parent.spanId,
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/callback/:provider',
        'http.response.status_code': 303,
        'doorward.login.outcome': 'admitted',
      },
    });
    expect(below(root, 'strategy.answer').attributes).toEqual({ 'doorward.provider': 'op' });
    expect(below(root, 'idp POST')).toMatchObject({
      kind: 3,
      attributes: { 'http.request.method': 'POST', 'http.response.status_code': 200 },
    });
    const jit = below(root, 'jit.login');
    expect(jit.attributes).toMatchObject({ 'doorward.provider': 'op', 'doorward.jit.user_created': 1 });
    const commit = below(jit, 'directory.commitLogin');
    // Each span reads the time of day by itself, in milliseconds at worst.
    const millisecond = 1_000_000n;
    expect(commit.began >= jit.began - millisecond && commit.ended <= jit.ended + millisecond).toBe(true);
    below(below(root, 'strategy.answer'), 'sessions.transient.take');
    below(root, 'sessions.set');
    below(root, 'directory.append');
    for (const span of receiver.spans) expect(span.failed).toBe(false);
    const sent = receiver.bodies.join('\n');
    expect(secrets.length).toBeGreaterThan(8);
    for (const secret of secrets)
      expect({ secret, sent: sent.includes(secret) }).toEqual({ secret, sent: false });
    expect(sent).not.toMatch(/eyJ|Ann Example|key-of-the-receiver/);
    // The application is told its place in the same trace, by the gateway and not by the client.
    const proxied = receiver.spans.find(({ name }) => name === 'GET proxy');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.['traceparent']).toBe(`00-${parent.traceId}-${proxied?.spanId}-01`);
    expect(seen[0]?.['tracestate']).toBe('acme=1');
  });

  it('begin anew where nobody trusted says otherwise, and carry the code of a failure', async () => {
    const before = receiver.spans.length;
    await world(
      { telemetry: { traces: { endpoint: `${receiver.origin}/v1/traces`, headers: {}, share: 1 } } },
      async (gateway, browser) => {
        const { response } = await browser.go(`${gateway.baseUrl}/sso/callback/op?code=stolen&state=unknown`);
        expect(response.status).toBe(400);
      },
    );
    const [...spans] = receiver.spans.slice(before);
    const root = spans.find(({ name }) => name === 'GET /callback/:provider');
    expect(root?.parentSpanId).toBeUndefined();
    expect(root?.traceId).not.toBe(parent.traceId);
    expect(root?.attributes).toMatchObject({
      'doorward.login.outcome': 'failed',
      'doorward.login.reason': 'login_state_unknown',
    });
    expect(spans.find(({ name }) => name === 'strategy.answer')).toMatchObject({
      failed: true,
      attributes: { 'error.type': 'login_state_unknown' },
    });
  });

  it('are off by default: nothing is sent, and what the client says of its trace goes on as it came', async () => {
    const before = receiver.bodies.length;
    await world({ trustedProxies: ['127.0.0.1/32'] }, async (gateway, browser) => {
      await browser.go(`${gateway.baseUrl}/sso/login/op?rd=/tables`);
    });
    expect(receiver.bodies).toHaveLength(before);
    expect(seen[0]).toMatchObject({ traceparent, tracestate: 'acme=1' });
  });

  it('are not begun for the question of a proxy, which has a histogram instead', async () => {
    const before = receiver.spans.length;
    await world(
      {
        trustedProxies: ['127.0.0.1/32'],
        ops: { host: '127.0.0.1', port: 0, socket: undefined },
        telemetry: { traces: { endpoint: `${receiver.origin}/v1/traces`, headers: {}, share: 1 } },
      },
      async (gateway, browser) => {
        const answer = await browser.ask(`${gateway.baseUrl}/sso/verify/auth-request`);
        expect(answer.status).toBe(401);
        const text = await (await fetch(`${gateway.app.opsAddress()}/metrics`)).text();
        expect(text).toContain('doorward_verify_duration_seconds_count{outcome="signed_out"} 1\n');
      },
    );
    expect(receiver.spans.slice(before).filter(({ name }) => name.includes('verify'))).toEqual([]);
  });
});
