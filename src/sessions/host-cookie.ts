import { cookieValues } from './cookie.ts';
import { decryptSecret, encryptSecret } from './secret-box.ts';

/**
 * The cookie by which a host of another domain knows a session: it stands for the same session record, so whatever ends
 * the one ends the other. It holds no session id, only the record's digest, encrypted together with the host: of no use
 * at any other host, at the gateway's own included.
 */
export function hostCookieName(baseUrl: string): string {
  return baseUrl.startsWith('https:') ? '__Host-doorward-host' : 'doorward-host';
}

const purpose = 'session at another host';

/** The value for a session, by its digest, at a host. */
export function sealHostCookie(digest: string, host: string, secrets: readonly string[]): string {
  return encryptSecret(JSON.stringify([host, digest]), secrets, purpose);
}

/** The digests of the different sessions that the cookies of this host in a raw `Cookie` header stand for. */
export function hostCookieDigests(
  header: string,
  options: { readonly name: string; readonly host: string; readonly secrets: readonly string[] },
): string[] {
  const digests = new Set<string>();
  for (const value of cookieValues(header, options.name).slice(0, mostCandidates)) {
    const plain = value.length > longest ? undefined : decryptSecret(value, options.secrets, purpose);
    const [host, digest] = plain === undefined ? [] : (JSON.parse(plain) as [string, string]);
    if (host === options.host && digest !== undefined) digests.add(digest);
  }
  return [...digests];
}

const mostCandidates = 4;
const longest = 1024;
