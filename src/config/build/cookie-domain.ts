import { isIP } from 'node:net';

/** Second-level labels under which countries register names for anybody: `co.uk`, `com.au`. */
const registryLabels = new Set(['ac', 'co', 'com', 'edu', 'gob', 'gouv', 'gov', 'ne', 'net', 'or', 'org']);

/**
 * Complaint about a cookie domain: it has to be the host of baseUrl or a parent of it (RFC 6265, section 5.1.3), and
 * one that belongs to a single owner. Browsers know the full list of public suffixes; this catches the usual slips.
 */
export function cookieDomainComplaint(domain: string, host: string): string | undefined {
  if (isIP(domain) !== 0) return 'expected a domain; an address has no sub-domains';
  const labels = domain.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  if (labels.length < 2) return 'expected a domain of your own, not a top-level name';
  if (labels.length === 2 && top.length === 2 && registryLabels.has(second)) {
    return 'expected a domain of your own; under this one anybody can register a name';
  }
  if (host !== domain && !host.endsWith(`.${domain}`)) {
    return 'expected the host of baseUrl or a parent domain of it';
  }
  return undefined;
}
