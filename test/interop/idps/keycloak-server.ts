import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../support/redis.ts';

const release = process.env['DOORWARD_INTEROP_KEYCLOAK'] ?? '26.2.5';
const repository = join(homedir(), '.m2/repository/org/keycloak/keycloak-quarkus-dist', release);
const archive = join(repository, `keycloak-quarkus-dist-${release}.zip`);
const cache = join(homedir(), '.cache/doorward-interop');
const admin = { name: 'admin', password: 'an administrator of this run' };

/** A Keycloak of this run, with an empty memory. */
export interface Keycloak {
  readonly origin: string;
  readonly version: string;
  /** Asks the admin API; gives the JSON, or undefined where there is none. Rejects when it refuses. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

let shared: { keycloak: Promise<Keycloak>; users: number } | undefined;

/** One server for all files of the run, in which every user has a realm of its own. */
export async function useKeycloak(): Promise<Keycloak> {
  shared ??= { keycloak: startKeycloak(), users: 0 };
  shared.users += 1;
  const own = shared;
  const keycloak = await own.keycloak;
  return {
    ...keycloak,
    async close() {
      own.users -= 1;
      if (own.users === 0) {
        if (shared === own) shared = undefined;
        await keycloak.close();
      }
    },
  };
}

/** The distribution, from Maven's own cache or Maven Central, unpacked once. Throws one sentence when it cannot be had. */
function obtain(): string {
  const home = join(cache, `keycloak-${release}`);
  if (existsSync(join(home, 'bin/kc.sh'))) return home;
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
  } catch {
    throw new Error('there is no Java on this machine (17 or later)');
  }
  if (!existsSync(archive)) {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${release}:zip`;
    try {
      execFileSync('mvn', ['-q', '-B', 'dependency:get', `-Dartifact=${artifact}`, '-Dtransitive=false'], {
        stdio: 'ignore',
      });
    } catch {
      throw new Error(`Maven could not bring ${artifact}`);
    }
  }
  const sum = readFileSync(`${archive}.sha1`, 'utf8').trim().slice(0, 40);
  if (createHash('sha1').update(readFileSync(archive)).digest('hex') !== sum)
    throw new Error(`${archive} is damaged`);
  mkdirSync(cache, { recursive: true });
  const unpacked = mkdtempSync(join(cache, 'unpacking-'));
  execFileSync('unzip', ['-q', archive, '-d', unpacked]);
  renameSync(join(unpacked, `keycloak-${release}`), home);
  rmSync(unpacked, { recursive: true });
  return home;
}

async function startKeycloak(): Promise<Keycloak> {
  const home = obtain();
  const [port, management] = [await freePort(), await freePort()];
  const origin = `http://localhost:${port}`;
  const output: string[] = [];
  const data = mkdtempSync(join(tmpdir(), 'doorward-keycloak-'));
  const child = spawn(
    join(home, 'bin/kc.sh'),
    [
      'start-dev',
      '--db=dev-mem',
      `--http-port=${port}`,
      `--http-management-port=${management}`,
      '--http-host=127.0.0.1',
      '--cache=local',
      `--hostname=${origin}`,
    ],
    {
      env: {
        ...process.env,
        KC_BOOTSTRAP_ADMIN_USERNAME: admin.name,
        KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password,
        JAVA_OPTS_APPEND: `-Xmx768m -Dkc.home.data.dir=${data}`,
      },
      // A group of its own, so that the Java below the script ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const close = () => end(child, data);
  try {
    await answers(`${origin}/realms/master`, child, output);
  } catch (error) {
    await close();
    throw error;
  }
  const token = async (): Promise<string> => {
    const response = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: 'admin-cli',
        username: admin.name,
        password: admin.password,
      }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${origin}/admin${path}`, {
      method,
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Keycloak answered ${method} ${path} with ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const info = await api<{ systemInfo: { version: string } }>('GET', '/serverinfo');
  return { origin, version: info.systemInfo.version, api, close };
}

async function answers(url: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  for (const end = Date.now() + 180_000; Date.now() < end;) {
    if (child.exitCode !== null) break;
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`Keycloak did not start: ${output.join('').slice(-600).replaceAll(/\s+/g, ' ')}`);
}

async function end(child: ChildProcess, data: string): Promise<void> {
  if (child.exitCode === null && child.pid !== undefined) {
    const over = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGTERM');
    const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 15_000);
    await over;
    clearTimeout(late);
  }
  // The folder below the distribution is where it insists on keeping things.
  mkdirSync(dirname(data), { recursive: true });
  rmSync(data, { recursive: true, force: true });
}
