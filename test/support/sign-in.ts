/** What became of a sign-in that a browser went through. */
export interface SignInOutcome {
  /** Status of the last answer; 303 or 302 back to the application when it went well. 0: nobody answered. */
  readonly status: number;
  /** The `Cookie` header of the session, when there is one. */
  readonly cookie: string | undefined;
  /** Milliseconds. */
  readonly took: number;
}

/** Where a browser sends what is meant for the gateway's public address; read anew for each request. */
export type GatewayPort = () => number;

/**
 * Goes through a sign-in as a browser does: follows every redirect, keeps cookies by origin. What is meant for `baseUrl`
 * goes to the gateway whose port `gateway` gives, as a load balancer would send it.
 */
export async function signInByBrowser(
  baseUrl: string,
  provider: string,
  gateway: GatewayPort,
  onHop: (url: string) => Promise<void> | void = () => {},
): Promise<SignInOutcome> {
  const started = performance.now();
  const jars = new Map<string, Map<string, string>>();
  let url = `${baseUrl}/sso/login/${provider}`;
  let status = 0;
  const end = (cookie?: string): SignInOutcome => ({ status, cookie, took: performance.now() - started });
  for (let hop = 0; hop < 20; hop += 1) {
    await onHop(url);
    const { origin } = new URL(url);
    const isOurs = origin === baseUrl;
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    const target = () => (isOurs ? url.replace(baseUrl, `http://127.0.0.1:${gateway()}`) : url);
    const first = target();
    // As a load balancer does: whoever dies while it is asked is replaced by another.
    const answer = (await get(first, jar)) ?? (first === target() ? undefined : await get(target(), jar));
    status = answer?.status ?? 0;
    if (answer === undefined) return end();
    for (const line of answer.headers.getSetCookie()) keep(jar, line);
    const session = jars.get(baseUrl)?.get('doorward');
    const location = answer.headers.get('location');
    if (isOurs && session !== undefined && url.includes('/callback/')) return end(`doorward=${session}`);
    if (location === null) return end();
    url = new URL(location, url).href;
  }
  return end();
}

async function get(url: string, jar: ReadonlyMap<string, string>): Promise<Response | undefined> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      signal: AbortSignal.timeout(15_000),
    });
    await answer.arrayBuffer();
    return answer;
  } catch {
    return undefined;
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}
