/** A page as a script sees it. */
export interface ScriptedPage {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Just enough of a browser to sign somebody in without one: keeps cookies, follows redirects, fills in forms.
 * Cookies are kept by host and not by port, as browsers do (RFC 6265, section 8.5).
 */
export class ScriptedBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Opens a URL and follows redirects, at most 20. */
  async open(address: string | URL): Promise<ScriptedPage> {
    return this.#send(new URL(address), undefined);
  }

  /** Sends the first form of a page with its hidden fields and these. */
  async submit(page: ScriptedPage, fields: Readonly<Record<string, string>> = {}): Promise<ScriptedPage> {
    const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(page.body)?.[0];
    if (form === undefined) throw new Error(`no form on ${page.url.href} (HTTP ${page.status})`);
    const data = new URLSearchParams();
    for (const [input] of form.matchAll(/<input\b[^>]*>/gi)) {
      const name = attribute(input, 'name');
      if (name !== undefined && attribute(input, 'type') === 'hidden')
        data.set(name, attribute(input, 'value') ?? '');
    }
    for (const [name, value] of Object.entries(fields)) data.set(name, value);
    const action = attribute(form, 'action') ?? page.url.href;
    return this.#send(new URL(action, page.url), data);
  }

  /** Value of a cookie of this host, or undefined. */
  cookie(host: string, name: string): string | undefined {
    return this.#cookies.get(host)?.get(name);
  }

  async #send(first: URL, form: URLSearchParams | undefined): Promise<ScriptedPage> {
    let url = first;
    let body = form;
    for (let hop = 0; hop < 20; hop++) {
      const response = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { cookie: this.#cookieHeader(url), accept: 'text/html' },
        redirect: 'manual',
        signal: AbortSignal.timeout(10_000),
        ...(body !== undefined && { body }),
      });
      this.#keep(url, response.headers.getSetCookie());
      const location = response.headers.get('location');
      const text = await response.text();
      if (response.status < 300 || response.status >= 400 || location === null)
        return { url, status: response.status, headers: response.headers, body: text };
      url = new URL(location, url);
      if (response.status !== 307 && response.status !== 308) body = undefined;
    }
    throw new Error(`too many redirects from ${first.href}`);
  }

  #cookieHeader(url: URL): string {
    const jar = this.#cookies.get(url.hostname) ?? new Map<string, string>();
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(url: URL, lines: readonly string[]): void {
    const jar = this.#cookies.get(url.hostname) ?? new Map<string, string>();
    this.#cookies.set(url.hostname, jar);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';');
      const name = pair.slice(0, pair.indexOf('=')).trim();
      const value = pair.slice(pair.indexOf('=') + 1).trim();
      const expires = attributes.find((each) => /^\s*expires=/i.test(each))?.split('=')[1];
      const over = expires !== undefined && Date.parse(expires) <= Date.now();
      if (over || attributes.some((each) => /^\s*max-age=0\s*$/i.test(each))) jar.delete(name);
      else jar.set(name, value);
    }
  }
}

function attribute(tag: string, name: string): string | undefined {
  const start = tag.slice(0, tag.indexOf('>') + 1);
  const found = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(start)?.[1];
  return found?.replace(/&(?:#(\d+)|(amp|lt|gt|quot));/g, (_all, code: string | undefined, entity: string) =>
    code === undefined
      ? { amp: '&', lt: '<', gt: '>', quot: '"' }[entity]!
      : String.fromCharCode(Number(code)),
  );
}
