import { join } from 'node:path';

/** What is not there yet. */
export interface Absent {
  readonly gateway: boolean;
  readonly providers: boolean;
}

/** Says what to write and where, with lines for a shell that work as pasted: the secret is made on the spot. */
export function firstSteps(dir: string, absent: Absent): string {
  const gateway = join(dir, 'gateway.yaml');
  const providers = join(dir, 'providers');
  const what = absent.gateway
    ? absent.providers
      ? `there is no configuration yet. Write ${gateway}, and a file for each identity provider in ${providers}/.`
      : `this file is missing. Write ${gateway}.`
    : `there is no identity provider yet. Write a file for each in ${providers}/.`;
  return [
    `${what} To begin with, paste this:`,
    '',
    `mkdir -p ${quoted(providers)}`,
    ...(absent.gateway ? gatewayLines(gateway) : []),
    ...(absent.providers ? providerLines(join(providers, 'google.yaml')) : []),
    '',
    'More is in config/examples/. To look around without an identity provider: npm run demo',
  ].join('\n');
}

function gatewayLines(path: string): string[] {
  return [
    `cat > ${quoted(path)} <<END`,
    'baseUrl: http://localhost:4180',
    'secrets: ["$(head -c 32 /dev/urandom | base64)"]',
    'END',
  ];
}

function providerLines(path: string): string[] {
  return [
    `cat > ${quoted(path)} <<'END'`,
    'preset: google',
    'clientId: the client id that Google gave you',
    'clientSecret: the client secret that Google gave you',
    'END',
  ];
}

/** A path as one word of a POSIX shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
