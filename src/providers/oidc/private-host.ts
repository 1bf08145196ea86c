import { BlockList, isIP } from 'node:net';

const addresses = new BlockList();
// "This host", private use, shared address space, loopback, link-local, benchmarking, multicast, reserved (RFC 6890).
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  addresses.addSubnet(network, prefix, 'ipv4');
}
// Unspecified, loopback, unique local, link-local and what came before it, multicast; and what a gateway on the way turns
// into an IPv4 address of its own choosing: NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380). IPv4-mapped
// addresses are matched by the rows above.
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['ff00::', 8],
] as const) {
  addresses.addSubnet(network, prefix, 'ipv6');
}

/** Is this an address that means something only inside a network or a machine? */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && addresses.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Is this a URL's host name that can only be inside: a private address, `localhost`, a name without a dot, or of a
 * domain that is never public (RFC 6761, RFC 6762, RFC 8375, and `.internal`)?
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return isPrivateAddress(host);
  return !host.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa|localdomain)$/i.test(host);
}
