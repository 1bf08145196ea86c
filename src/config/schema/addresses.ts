import { BlockList, isIP } from 'node:net';

/** The URL in a text, or undefined. Only http and https, without a user name or password in it. */
export function webUrl(value: string): URL | undefined {
  if (!URL.canParse(value) || /\s/.test(value)) return undefined;
  const url = new URL(value);
  const plain = url.username === '' && url.password === '' && url.hostname !== '';
  return plain && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined;
}

/** Complaint about a text that should be a web address. */
export function urlComplaint(value: string): string | undefined {
  return webUrl(value) ? undefined : 'expected a URL such as https://sso.example.com';
}

/** Complaint about a text that should be an origin: scheme, host and port, nothing after. */
export function originComplaint(value: string): string | undefined {
  const url = webUrl(value);
  if (!url) return urlComplaint(value);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || /[?#]/.test(value)) {
    return 'expected scheme, host and port only: no path, no query';
  }
  return undefined;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for this machine alone: `localhost`, names below it (RFC 6761, section 6.3), 127.0.0.0/8 and ::1. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const version = isIP(host);
  if (version !== 0) return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
  return host === 'localhost' || host.endsWith('.localhost');
}

/** Complaint about an address or CIDR of proxies that are believed. */
export function cidrComplaint(value: string): string | undefined {
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const valid =
    version !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
  if (!valid) return 'expected an address or a CIDR such as 10.0.0.0/8 or fd00::/8';
  return bits !== undefined && Number(bits) === 0
    ? 'expected the network of your proxies; this would believe everybody'
    : undefined;
}

/** An address as the CIDR of it alone; a CIDR as it is. */
export function asCidr(value: string): string {
  return value.includes('/') ? value : `${value}/${isIP(value) === 4 ? 32 : 128}`;
}

/** Complaint about a DNS name: labels of letters, digits and hyphens (RFC 1123, section 2.1), `port` where allowed. */
export function hostComplaint(value: string, { port }: { readonly port: boolean }): string | undefined {
  const form = port
    ? /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/i
    : /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
  return form.test(value) && value.length <= 253
    ? undefined
    : 'expected a host name such as acme.example, without https:// and without a path';
}

/** Domains of an email address may be written in their own script; they have a dot and no `@`. */
export function emailDomainComplaint(value: string): string | undefined {
  return /^[^\s@/:,*]+(\.[^\s@/:,*.]+)+$/u.test(value) && !value.startsWith('.')
    ? undefined
    : 'expected the domain of an address, such as acme.example, without @ and without *';
}

/** `127.0.0.1:4180`, `[::1]:4180` or `host:4180`, read; undefined when it is none of them. */
export function parseListen(value: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  if (match?.[1] !== undefined && isIP(host) !== 6) return undefined;
  return { host, port };
}
