import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'oidc-provider';
import { kept, keptCertifiedKey, newSecret, newSigningJwk, type CertifiedKey } from './idp/keys.ts';

/** Everything that a second start finds again. */
export interface DemoState {
  readonly directory: string;
  /** The configuration directory of the gateway. */
  readonly config: string;
  readonly keys: string;
  readonly gatewayLog: string;
  readonly oidcKey: JWK;
  readonly oidcCookieSecret: string;
  readonly samlKey: CertifiedKey;
  readonly clientSecret: string;
}

const marker = 'made-by-the-demo';

/**
 * Opens the state directory, and makes what is missing in it. With `reset` it is emptied before.
 * Throws a plain Error when the directory holds something else, or another demo works in it.
 */
export async function openState(directory: string, reset: boolean): Promise<DemoState> {
  refuseForeign(directory);
  refuseSecondDemo(directory);
  if (reset) rmSync(directory, { recursive: true, force: true });
  const keys = join(directory, 'keys');
  const config = join(directory, 'config');
  for (const each of [directory, keys, config, join(config, 'providers'), join(directory, 'data')])
    mkdirSync(each, { recursive: true, mode: 0o700 });
  writeFileSync(
    join(directory, marker),
    'The demo keeps its state here: npm run demo -- --reset empties it.\n',
  );
  writeFileSync(join(directory, 'pid'), String(process.pid));

  // The gateway reads these itself, as its configuration says.
  await kept(join(keys, 'gateway-secret'), newSecret);
  await keptCertifiedKey(join(keys, 'service-provider'), 'Doorward demo, service provider');
  return {
    directory,
    config,
    keys,
    gatewayLog: join(directory, 'gateway.log'),
    oidcKey: JSON.parse(await kept(join(keys, 'oidc-signing.jwk.json'), newSigningJwk)) as JWK,
    oidcCookieSecret: await kept(join(keys, 'oidc-cookie-secret'), newSecret),
    samlKey: await keptCertifiedKey(join(keys, 'saml-idp'), 'Doorward demo, identity provider'),
    clientSecret: await kept(join(keys, 'oidc-client-secret'), newSecret),
  };
}

/** Was this step done at an earlier start? */
export function isDone(state: DemoState, step: string): boolean {
  return existsSync(join(state.directory, `done-${step}`));
}

export function markDone(state: DemoState, step: string): void {
  writeFileSync(join(state.directory, `done-${step}`), '');
}

export function closeState(state: DemoState): void {
  rmSync(join(state.directory, 'pid'), { force: true });
}

/** `--reset` deletes the whole directory, so it must be one that the demo made. */
function refuseForeign(directory: string): void {
  const ours = !existsSync(directory) || existsSync(join(directory, marker));
  if (!ours && readdirSync(directory).length > 0)
    throw new Error(`${directory} exists and was not made by the demo. Choose another with --state DIR.`);
}

function refuseSecondDemo(directory: string): void {
  const file = join(directory, 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (pid > 0 && pid !== process.pid && isAlive(pid))
    throw new Error(`Another demo (process ${pid}) works in ${directory}. Stop it first.`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
