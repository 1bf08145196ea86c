import { BlockList, isIP } from 'node:net';

/** Answers whether an address belongs to a proxy that the administrator named. */
export type IsTrusted = (address: string) => boolean;

/** Reads CIDRs and single addresses. Entries that are neither are ignored: configuration has checked them before. */
export function trustedProxies(cidrs: readonly string[]): IsTrusted {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const family = isIP(address);
    if (family === 0) continue;
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(bits), type);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/**
 * The client's address as far as it can be believed: the rightmost hop that is not a trusted proxy. What stands left of it
 * in `X-Forwarded-For` was written by that hop and proves nothing. Undefined when the peer itself has no address.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: IsTrusted,
): string | undefined {
  let believed = plainAddress(peer ?? '');
  if (believed === undefined) return undefined;
  const hops = (forwardedFor ?? '').split(',');
  while (isTrusted(believed) && hops.length > 0) {
    const hop = plainAddress(hops.pop() ?? '');
    // A trusted proxy that wrote something else than an address: it is the last hop we know of.
    if (hop === undefined) return believed;
    believed = hop;
  }
  return believed;
}

/** What rate limits count by: an IPv4 address, or the /64 that one IPv6 subscriber has to themselves. */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** Without brackets, port and zone; an IPv4 address in IPv6 dress (RFC 4291, section 2.5.5.2) as plain IPv4. */
function plainAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed)?.[1] ??
    trimmed;
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare.replace(/%.*$/, '');
  return isIP(address) === 0 ? undefined : address;
}
