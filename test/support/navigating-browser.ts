import { request } from 'node:http';
import { CookieBrowser } from './gateway.ts';

/** A browser whose requests say that a person navigates, which `fetch` never does. */
export class NavigatingBrowser extends CookieBrowser {
  override ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { host, hostname, port, pathname, search } = new URL(url);
    const jar = this.jars.get(host) ?? new Map<string, string>();
    this.jars.set(host, jar);
    // As browsers do (RFC 6761, section 6.3), whatever the machine's resolver says.
    const connectTo = hostname.endsWith('.localhost') ? '127.0.0.1' : hostname;
    const headers: Record<string, string> = {
      host,
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      ...(init.headers as Record<string, string>),
    };
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers['cookie'] = cookie;
    const body = init.body === undefined || init.body === null ? undefined : String(init.body);
    if (body !== undefined) headers['content-type'] ??= 'application/x-www-form-urlencoded';
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          hostname: connectTo,
          port,
          path: pathname + search,
          method: init.method ?? 'GET',
          headers,
          agent: false,
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            for (const line of answer.headers['set-cookie'] ?? []) keep(jar, line);
            const pairs: [string, string][] = [];
            for (let at = 0; at < answer.rawHeaders.length; at += 2)
              pairs.push([answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '']);
            const empty = [101, 204, 205, 304].includes(answer.statusCode ?? 0);
            const content = empty ? null : Buffer.concat(chunks);
            resolve(new Response(content, { status: answer.statusCode ?? 0, headers: new Headers(pairs) }));
          });
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  const expires = /;\s*expires=([^;]+)/i.exec(line)?.[1];
  if (value === '' || (expires !== undefined && Date.parse(expires) < Date.now())) jar.delete(name);
  else jar.set(name, value);
}
