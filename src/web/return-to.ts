/** Where a person may be sent after signing in: what `rd` may name. Pure; every other target becomes the default page. */
export interface ReturnRules {
  /** Public origin, `https://catalog.example`. */
  readonly baseUrl: string;
  /** Path prefix of the gateway itself, `/sso`. */
  readonly prefix: string;
  /** Hosts below this domain are allowed, on the scheme and port of `baseUrl`. */
  readonly cookieDomain: string | undefined;
  /** Further allowed origins. */
  readonly origins: readonly string[];
}

/** Where people land who asked for nothing, or for something that is not allowed. */
export const defaultPage = '/';

/** Longest way back that is kept; browsers and proxies agree on about this much for a URL. */
const longest = 2048;

/** Pages of the gateway that would only lead in a circle. */
const circular = ['login', 'callback', 'acs', 'logout', 'slo', 'signed-out'];

/** Scheme, a host in plain ASCII without empty labels, an optional port, then the path: no userinfo, no Unicode dot. */
const absoluteUrl = /^https?:\/\/(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#]|$)/i;

/**
 * The checked way back for a value of `rd`: an absolute path on our own origin, or an absolute URL of an allowed origin,
 * both in the normal form of the WHATWG URL standard. Undefined for everything else; never throws.
 */
export function safeReturnTo(rd: unknown, rules: ReturnRules): string | undefined {
  if (typeof rd !== 'string' || rd === '' || rd.length > longest) return undefined;
  if (hasControl(rd) || rd.includes('\\') || rd.trim() !== rd) return undefined;
  const base = new URL(rules.baseUrl);
  const url = parse(rd, base);
  if (url === undefined || url.username !== '' || url.password !== '') return undefined;
  if (url.origin !== base.origin && !isAllowedOrigin(url, base, rules)) return undefined;
  if (!isHonestPath(url.pathname) || isCircular(url.pathname, rules.prefix)) return undefined;
  const path = url.pathname + url.search + url.hash;
  const target = url.origin === base.origin ? path : url.origin + path;
  return target.length > longest ? undefined : target;
}

/** Is this the `Origin` of a page that people come from and go back to? For the check of forms. */
export function isReturnOrigin(origin: string, rules: ReturnRules): boolean {
  if (!absoluteUrl.test(origin)) return false;
  const base = new URL(rules.baseUrl);
  const url = parse(origin, base);
  return url !== undefined && (url.origin === base.origin || isAllowedOrigin(url, base, rules));
}

function parse(rd: string, base: URL): URL | undefined {
  const isPath = rd.startsWith('/') && !rd.startsWith('//');
  if (!isPath && !absoluteUrl.test(rd)) return undefined;
  return URL.parse(rd, base) ?? undefined;
}

function isAllowedOrigin(url: URL, base: URL, rules: ReturnRules): boolean {
  if (rules.origins.some((origin) => URL.parse(origin)?.origin === url.origin)) return true;
  const domain = rules.cookieDomain?.replace(/^\./, '').toLowerCase();
  if (domain === undefined || domain === '') return false;
  // A page on plain http or on another port is not covered by what the administrator said of the domain.
  if (url.protocol !== base.protocol || url.port !== base.port) return false;
  return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
}

/** False when the path, decoded as often as somebody behind us might, would be read as another host or as a header. */
function isHonestPath(pathname: string): boolean {
  return (
    readings(pathname)?.every(
      (path) => !path.startsWith('//') && !path.includes('\\') && !hasControl(path),
    ) ?? false
  );
}

function isCircular(pathname: string, prefix: string): boolean {
  return (readings(pathname) ?? []).some((reading) => {
    const path = withoutDots(reading).toLowerCase();
    return circular.some((page) => {
      const start = `${prefix.toLowerCase()}/${page}`;
      return path === start || path.startsWith(`${start}/`) || path.startsWith(`${start};`);
    });
  });
}

/** The path as it stands and decoded once, twice, … until nothing changes; undefined for malformed or endless escapes. */
function readings(pathname: string): readonly string[] | undefined {
  const found = [pathname];
  for (let current = pathname; found.length <= 4;) {
    const decoded = decode(current);
    if (decoded === undefined) return found.length > 1 ? found : undefined;
    if (decoded === current) return found;
    found.push(decoded);
    current = decoded;
  }
  return undefined;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function withoutDots(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** C0 and C1 controls and DEL, tabs and newlines among them: URL parsers drop some of them silently. */
function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
