import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/redis.ts';
import { carryOn, type GatewayFacts, type InteropIdp, type RunningIdp } from '../idp.ts';

const release = '8.0.0';
const cache = join(homedir(), '.cache/doorward-interop', `samlp-${release}`);
const server = new URL('samlp-server.ts', import.meta.url).pathname;

/** `samlp`, the library of Auth0, from npm at the time of the run. */
export const samlp: InteropIdp = {
  name: 'samlp',
  protocol: 'SAML 2.0',
  async start({ baseUrl }: GatewayFacts): Promise<RunningIdp> {
    const manifest = join(cache, 'node_modules/samlp/package.json');
    if (!existsSync(manifest)) {
      mkdirSync(cache, { recursive: true });
      writeFileSync(join(cache, 'package.json'), '{"private":true}');
      try {
        execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '-E', `samlp@${release}`], {
          cwd: cache,
          stdio: 'ignore',
        });
      } catch {
        throw new Error(`npm could not bring samlp ${release}`);
      }
    }
    const port = await freePort();
    const child = spawn(process.execPath, ['--no-deprecation', server, cache, String(port), baseUrl], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const origin = `http://localhost:${port}`;
    const control = (query: string) =>
      fetch(`${origin}/control?${query}`).then((response) => response.text());
    return {
      version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version,
      files: {
        'providers/idp.yaml': `preset: auth0\nprotocol: saml\nmetadata: { url: "${origin}/metadata" }\nallowInsecure: true\nclockTolerance: 5m\ngroups: { whenMissing: remove, unmapped: create }\n`,
      },
      refusing: { provider: 'idp', word: 'RequestDenied' },
      async signIn(browser, login, who) {
        await control(`who=${who}`);
        return carryOn(browser, await browser.open(login));
      },
      rotateKeys: async () => void (await control('key=idp-next')),
      async close() {
        const over = once(child, 'exit');
        child.kill();
        await over;
      },
    };
  },
};
