import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Decides whose description of a request is believed. */
export interface TrustedPeers {
  /** `address` as a socket reports it; undefined: a unix socket (or a socket that is closed already). */
  trusts(address: string | undefined): boolean;
}

/**
 * Peers within `cidrs` (`10.0.0.0/8`, `::1/128`, or one address) are trusted, nobody else: not even loopback.
 * A peer without an address is trusted only when we listen on a unix socket, whose file modes say who may connect.
 * Throws a plain Error on something that is no CIDR: config has checked them before.
 */
export function trustedPeers(cidrs: readonly string[], listensOnSocket: boolean): TrustedPeers {
  const list = new BlockList();
  for (const cidr of cidrs) addCidr(list, cidr);
  return {
    trusts(address) {
      if (address === undefined) return listensOnSocket;
      const plain = unmapped(address);
      if (isIPv4(plain)) return list.check(plain, 'ipv4');
      return isIPv6(plain) && list.check(plain, 'ipv6');
    },
  };
}

function addCidr(list: BlockList, cidr: string): void {
  const [network = '', bits] = cidr.split('/');
  const address = unmapped(network);
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (family === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > most) {
    throw new Error(`${JSON.stringify(cidr)} is not an address or a network such as 10.0.0.0/8`);
  }
  list.addSubnet(address, prefix, family);
}

/** `::ffff:10.0.0.1`, as a dual-stack socket reports an IPv4 peer, is that IPv4 address; a zone (`%eth0`) is cut. */
function unmapped(address: string): string {
  const zone = address.indexOf('%');
  const bare = zone === -1 ? address : address.slice(0, zone);
  return bare.toLowerCase().startsWith('::ffff:') && bare.includes('.') ? bare.slice(7) : bare;
}
