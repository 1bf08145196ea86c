import type { IncomingMessage } from 'node:http';
import { canonicalHost, type TrustedPeers } from '../gate/index.ts';

/** Who asks, and for which host, as far as it can be believed. */
export interface Client {
  /** Canonical host asked for; undefined when there is none that can be one. */
  readonly host: string | undefined;
  /** The host as the application should see it, port included. */
  readonly hostHeader: string | undefined;
  readonly scheme: 'http' | 'https';
  /** Address of the person's machine. */
  readonly address: string;
  /** `X-Forwarded-For` for the application. */
  readonly chain: string;
}

/**
 * A proxy of ours in front of us tells host, scheme and address in `X-Forwarded-*`; from anybody else they are not
 * looked at. Without it the scheme is that of the base URL, because that is what people use.
 */
export function clientOf(req: IncomingMessage, peers: TrustedPeers, baseScheme: 'http' | 'https'): Client {
  const peer = req.socket.remoteAddress;
  const trusted = peers.trusts(peer);
  const told = (name: string): string | undefined => {
    const value = trusted ? req.headers[name] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const proto = told('x-forwarded-proto')?.toLowerCase();
  const scheme = proto === 'https' || proto === 'http' ? proto : baseScheme;
  const hostHeader = told('x-forwarded-host') ?? req.headers.host;
  const before = told('x-forwarded-for')
    ?.split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  const chain = [...(before ?? []), peer ?? 'unix:'];
  return {
    host: hostHeader === undefined ? undefined : canonicalHost(hostHeader, scheme),
    hostHeader,
    scheme,
    address: chain.findLast((address) => address !== 'unix:' && !peers.trusts(address)) ?? chain[0] ?? '',
    chain: chain.filter((address) => address !== 'unix:').join(', '),
  };
}
