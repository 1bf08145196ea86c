import { execFileSync } from 'node:child_process';

/** Servers that the tests use as real processes, by Debian package. Chromium and PostgreSQL come from npm. */
const servers = { 'redis-server': 'redis-server', nginx: 'nginx', xmlsec1: 'xmlsec1' };

/** Finds each server, installs what is missing where that is possible, and otherwise asks for it in one sentence. */
export default function globalSetup(): void {
  const missing = Object.entries(servers).filter(([command]) => !has(command));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  try {
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  } catch {
    throw new Error(
      `The tests need ${packages.join(', ')}, and could not install them: please run "apt-get install ${packages.join(' ')}" as root.`,
    );
  }
}

function has(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
