import { startGateway, type Gateway } from './gateway.ts';
import { listening, stopped } from './http-exchange.ts';
import { NavigatingBrowser } from './navigating-browser.ts';
import { annAccount, startOp, type Op } from './op.ts';
import { oidcConfig } from './oidc-rp.ts';
import { freePort } from './redis.ts';
import type { Config } from '../../src/config/index.ts';

/** A gateway under names that share no cookies: its own address, and two hosts of "other domains". */
export interface OtherHostsWorld {
  readonly op: Op;
  readonly gateway: Gateway;
  /** Origins. */
  readonly base: string;
  readonly other: string;
  readonly third: string;
  /** Goes to a page, through the provider where that is needed, and comes back. */
  arrive(
    page: string,
    who: NavigatingBrowser,
  ): Promise<{ url: string; response: Response; seen: readonly string[] }>;
  close(): Promise<void>;
}

/** The gateway, a provider that knows Ann, and an application that answers with what it was told. */
export async function otherHostsWorld(
  options: { config?: Partial<Config>; now?: () => number } = {},
): Promise<OtherHostsWorld> {
  const [opPort, port] = [await freePort(), await freePort()];
  const application = await listening((req, res) =>
    res.end(JSON.stringify({ host: req.headers.host, url: req.url, headers: req.headers })),
  );
  const hosts = [`localhost:${port}`, `other.localhost:${port}`];
  const [other, third] = hosts.map((host) => `http://${host}`) as [string, string];
  const base = `http://127.0.0.1:${port}`;
  const gateway = await startGateway({
    providers: () => [oidcConfig({ issuer: `http://127.0.0.1:${opPort}` })],
    config: {
      baseUrl: base,
      listen: { host: '127.0.0.1', port, socket: undefined },
      hosts,
      upstreams: [{ host: undefined, path: '/', url: `http://127.0.0.1:${application.port}` }],
      assertion: { lifetime: 300_000, audience: 'catalog' },
      ...options.config,
    },
    ...(options.now && { now: options.now }),
  });
  const op = await startOp(`${base}/sso/callback/op`, { port: opPort, accounts: { 'sub-ann': annAccount } });
  return {
    op,
    gateway,
    base,
    other,
    third,
    async arrive(page, who) {
      const seen: string[] = [];
      const { url, response } = await who.go(page, {}, (address) => {
        seen.push(address);
        return new URL(address).pathname === '/sso/login';
      });
      if (new URL(url).pathname !== '/sso/login') return { url, response, seen };
      // The chooser: the person picks the provider, and the way back goes along.
      const rd = new URL(url).searchParams.get('rd') ?? '';
      const back = await who.go(`${base}/sso/login/op?rd=${encodeURIComponent(rd)}`, {}, (address) => {
        seen.push(address);
        return false;
      });
      return { ...back, seen };
    },
    async close() {
      await gateway.close();
      await Promise.all([op.close(), stopped(application.server)]);
    },
  };
}
