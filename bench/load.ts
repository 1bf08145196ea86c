import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What one run of the load generator saw. */
export interface Reading {
  /** Requests that were answered. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Where to send requests, and with which headers; one of `cookies` after another. */
export interface Target {
  readonly url: string;
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
}

export interface LoadGenerator {
  readonly name: 'wrk' | 'autocannon';
  /** Sends requests for so many seconds over 32 connections. Throws when answers were not what they should be (2xx). */
  measure(target: Target, seconds: number): Promise<Reading>;
}

const connections = 32;

/** wrk where the machine has it, because it costs the least itself; else autocannon. Both in a process of their own. */
export async function loadGenerator(folder: string): Promise<LoadGenerator> {
  const found = await run('sh', ['-c', 'command -v wrk']).then(
    () => true,
    () => false,
  );
  return found ? wrk(folder) : autocannon(folder);
}

function wrk(folder: string): LoadGenerator {
  const scripts = new Map<string, string>();

  /** The cookies are part of a script, so that one and many sessions cost the generator the same. */
  async function script({ url, headers, cookies }: Target): Promise<string> {
    const key = `${url} ${cookies.length} ${headers.join()}`;
    const known = scripts.get(key);
    if (known !== undefined) return known;
    const path = join(folder, `load-${scripts.size}.lua`);
    const { pathname, search } = new URL(url);
    const fixed = headers.map((header) => [
      header.split(':', 1)[0] ?? '',
      header.slice(header.indexOf(':') + 1).trim(),
    ]);
    const table = fixed.map(([name, value]) => `[${JSON.stringify(name)}]=${JSON.stringify(value)}`);
    // In a file of their own, because LuaJIT takes no more than 65,536 constants.
    await writeFile(`${path}.cookies`, cookies.length === 0 ? '\n' : `${cookies.join('\n')}\n`);
    await writeFile(path, luaScript(pathname + search, table, `${path}.cookies`));
    scripts.set(key, path);
    return path;
  }

  return {
    name: 'wrk',
    async measure(target, seconds) {
      const path = await script(target);
      const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', path, target.url];
      const { stdout } = await run('wrk', args);
      if (/Non-2xx|Socket errors/.test(stdout))
        throw new Error(`unexpected answers from ${target.url}: ${stdout}`);
      return {
        requests: Number(/(\d+) requests in/.exec(stdout)?.[1]),
        requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
        p50: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
        p99: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(stdout)),
      };
    },
  };
}

function luaScript(path: string, headers: readonly string[], cookieFile: string): string {
  return `
local requests = {}
local at = 0
function init(args)
  for cookie in io.lines(${JSON.stringify(cookieFile)}) do
    local headers = {${headers.join(', ')}}
    if cookie ~= "" then headers["Cookie"] = cookie end
    requests[#requests + 1] = wrk.format("GET", ${JSON.stringify(path)}, headers)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
`;
}

function milliseconds(match: RegExpExecArray | null): number {
  const unit = { us: 0.001, ms: 1, s: 1000 }[match?.[2] as 'us' | 'ms' | 's'];
  return Number(match?.[1]) * unit;
}

function autocannon(folder: string): LoadGenerator {
  return {
    name: 'autocannon',
    async measure(target, seconds) {
      const job = join(folder, 'load.json');
      await writeFile(job, JSON.stringify({ ...target, seconds, connections }));
      const script = new URL('load-autocannon.ts', import.meta.url).pathname;
      const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', script, job]);
      return JSON.parse(stdout) as Reading;
    },
  };
}
