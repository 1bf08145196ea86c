import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--font-render-hinting=none',
];

/**
 * A real Chromium without a window, from npm alone: the package brings the browser, and the few libraries and the font that
 * a bare machine lacks. Close it when done.
 */
export async function launchBrowser(): Promise<Browser> {
  const directory = unpacked();
  const executablePath = join(directory, 'chromium');
  return chromium.launch({
    executablePath,
    headless: true,
    args,
    env: environment(directory, executablePath),
  });
}

/** Unpacks once per machine and version; several test processes may do so at once, and the first one wins. */
function unpacked(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const target = join(tmpdir(), `doorward-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(target)) return target;
  const fresh = mkdtempSync(`${target}-`);
  const script = `
    const { default: chromium, inflate } = await import(${JSON.stringify(entry)});
    await chromium.executablePath();
    await inflate(${JSON.stringify(join(root, 'bin', 'al2023.tar.br'))});`;
  // The package unpacks into the temporary directory: in a process of its own, ours need not change.
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: fresh, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(
    join(fresh, 'fonts.conf'),
    `<fontconfig><dir>${target}/fonts</dir><cachedir>${target}/fonts-cache</cachedir></fontconfig>`,
  );
  try {
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** The package's own libraries and font where the machine has none. */
function environment(directory: string, executablePath: string): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const env = Object.fromEntries(inherited);
  if (lacksLibraries(executablePath)) {
    env['LD_LIBRARY_PATH'] = [join(directory, 'al2023', 'lib'), env['LD_LIBRARY_PATH']]
      .filter(Boolean)
      .join(':');
  }
  if (!hasFonts()) {
    env['FONTCONFIG_FILE'] = join(directory, 'fonts.conf');
  }
  return env;
}

function lacksLibraries(executablePath: string): boolean {
  try {
    return execFileSync('ldd', [executablePath], { encoding: 'utf8', stdio: 'pipe' }).includes('not found');
  } catch {
    return true;
  }
}

function hasFonts(): boolean {
  const system = '/usr/share/fonts';
  return existsSync(system) && readdirSync(system).length > 0;
}
