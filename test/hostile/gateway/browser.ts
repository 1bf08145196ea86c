import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** The name of the correlation cookie on https. */
export const browserCookie = '__Host-doorward-login';
export const sessionCookie = '__Host-doorward';

/** What came back, whole. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly setCookies: readonly string[];
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One request, with exactly these headers. Node's own client: fetch would refuse some of what an attacker sends. */
export function ask(
  origin: string,
  path: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const send = httpRequest({
      hostname,
      port,
      path,
      method,
      agent: false,
      headers: { accept: 'text/html', ...headers },
    });
    send.on('error', reject);
    send.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          setCookies: response.headers['set-cookie'] ?? [],
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    send.end(body);
  });
}

/** A person's browser in front of the gateway: it has a cookie jar, and believes that it speaks https. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  async ask(path: string, { headers, ...options }: Ask = {}): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await ask(this.origin, path, {
      ...options,
      headers: { ...(cookie !== '' && { cookie }), ...headers },
    });
    for (const line of reply.setCookies) this.#keep(line);
    return reply;
  }

  /** Posts a form from another site: Lax cookies stay at home. */
  async postFromElsewhere(path: string, fields: Readonly<Record<string, string>>): Promise<Reply> {
    const cookie = [...this.cookies]
      .filter(([name]) => name.startsWith(browserCookie))
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    return this.ask(path, form(fields, { cookie }));
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const expires = attributes.find((attribute) => /^expires=/i.test(attribute))?.slice(8);
    const past = expires !== undefined && Date.parse(expires) <= Date.parse('1971-01-01');
    if (past || value === '') this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** A form post of these fields; a list is sent once for each value, what is undefined not at all. */
export function form(
  fields: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Ask {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const each of value) parameters.append(name, String(each));
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) parameters.append(`${name}[${key}]`, String(each));
    else parameters.append(name, String(value));
  }
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: parameters.toString(),
  };
}
