import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Where each part of the demo listens, on loopback only. */
export interface Ports {
  readonly gateway: number;
  readonly oidc: number;
  readonly saml: number;
  readonly catalog: number;
  readonly ops: number;
}

const names: Readonly<Record<keyof Ports, string>> = {
  gateway: 'the gateway',
  oidc: 'the identity provider shown as Microsoft',
  saml: 'the identity provider shown as Okta',
  catalog: 'the sample catalog',
  ops: 'the health checks of the gateway',
};

export function portsFrom(gateway: number): Ports {
  return { gateway, oidc: gateway + 10, saml: gateway + 11, catalog: gateway + 12, ops: gateway + 13 };
}

/** What to tell the person about the first port that cannot be had, or undefined when all can. */
export async function portProblem(ports: Ports): Promise<string | undefined> {
  for (const part of Object.keys(names) as (keyof Ports)[]) {
    const port = ports[part];
    const code = await tryPort(port);
    if (code === undefined) continue;
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${code})`;
    return `Port ${port} ${why}; ${names[part]} needs it.\nStop that program, or choose other ports: npm run demo -- --port ${elsewhere(ports.gateway)}`;
  }
  return undefined;
}

/** Listens on a loopback port. Rejects with the system's error. */
export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function tryPort(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    await listen(server, port);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  } finally {
    server.close();
  }
}

function elsewhere(port: number): number {
  return port + 1000 < 65_000 ? port + 1000 : 5180;
}
