import { BlockList, isIP } from 'node:net';

/** Where a session is used from, in general terms: never the whole address. */
export type Place =
  | { readonly kind: 'unknown' | 'here' | 'private' }
  | { readonly kind: 'network'; readonly network: string };

const loopback = blocks(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']);
/** RFC 1918, RFC 6598, RFC 3927, RFC 4193 and link-local IPv6. */
const privateNetworks = blocks(
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
);

/** The network of an address: the first half of an IPv4 address, the first 32 bits of an IPv6 one. */
export function placeOf(address: string | undefined): Place {
  const family = isIP(address ?? '');
  if (address === undefined || family === 0) return { kind: 'unknown' };
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (loopback.check(address, type)) return { kind: 'here' };
  if (privateNetworks.check(address, type)) return { kind: 'private' };
  if (family === 4) return { kind: 'network', network: `${address.split('.').slice(0, 2).join('.')}.*.*` };
  const [first = '0', second = '0'] = new URL(`http://[${address}]`).hostname.slice(1).split(':');
  return { kind: 'network', network: `${first}:${second === '' ? '0' : second}:*` };
}

function blocks(...subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits, type] of subnets) list.addSubnet(address, bits, type);
  return list;
}
