import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createOpsServer, type OpsSources } from '../../../src/telemetry/index.ts';

const up = () => Promise.resolve();

async function ask(path: string, sources: Partial<OpsSources>): Promise<{ status: number; body: unknown }> {
  const server = createOpsServer({
    checks: { directory: up, sessions: up },
    draining: () => false,
    metrics: () => Promise.resolve(''),
    ...sources,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return { status: answer.status, body: await answer.json() };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('the listener for operators', () => {
  it('says which dependency it is that makes the process unready', async () => {
    const sessions = () => Promise.reject(new Error('away'));
    expect(await ask('/readyz', { checks: { directory: up, sessions } })).toEqual({
      status: 503,
      body: { status: 'not ready', dependencies: { directory: 'up', sessions: 'down' }, providers: {} },
    });
  });

  it('does not wait for a dependency that says nothing at all', async () => {
    const directory = () => new Promise<void>(() => {});
    expect(await ask('/readyz', { checks: { directory, sessions: up } })).toMatchObject({
      status: 503,
      body: { dependencies: { directory: 'down', sessions: 'up' } },
    });
  });

  it('is ready although an identity provider is down, and says so', async () => {
    const providers = () => new Map([['okta', false]]);
    expect(await ask('/readyz', { providers })).toMatchObject({
      status: 200,
      body: { status: 'ready', providers: { okta: 'down' } },
    });
  });

  it('is alive with every dependency down, and while it shuts down', async () => {
    const gone = () => Promise.reject(new Error('away'));
    const sources = { checks: { directory: gone, sessions: gone }, draining: () => true };
    for (const path of ['/livez', '/healthz']) expect((await ask(path, sources)).status).toBe(200);
    expect(await ask('/readyz', sources)).toMatchObject({ status: 503, body: { status: 'shutting down' } });
  });
});
