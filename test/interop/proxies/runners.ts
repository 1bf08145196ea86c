import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { programOf, type Program } from './install.ts';

/** How one proxy is started with the files that `doorward proxy-config` prints. */
export interface Runner {
  readonly name: string;
  readonly program: Program;
  /** Arguments that print the version. */
  readonly version: readonly string[];
  /** What stands around the printed files where they are only a part: name and text of the main file. */
  around?(folder: string): { readonly name: string; readonly text: string };
  arguments(folder: string): readonly string[];
}

const root = process.getuid?.() === 0;

export const runners: Readonly<Record<string, Runner>> = {
  nginx: {
    name: 'nginx',
    program: 'nginx',
    version: ['-v'],
    around: (folder) => ({
      name: 'main.conf',
      text: `
${root ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join('\n')}
  include ${folder}/doorward.conf;
}
`,
    }),
    arguments: (folder) => ['-p', folder, '-c', join(folder, 'main.conf'), '-e', join(folder, 'error.log')],
  },
  caddy: {
    name: 'Caddy',
    program: 'caddy',
    version: ['version'],
    around: (folder) => ({
      name: 'main.caddyfile',
      text: `{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system ${folder}\n}\nimport ${folder}/Caddyfile\n`,
    }),
    arguments: (folder) => ['run', '--adapter', 'caddyfile', '--config', join(folder, 'main.caddyfile')],
  },
  haproxy: {
    name: 'HAProxy',
    program: 'haproxy',
    version: ['-v'],
    arguments: (folder) => ['-db', '-f', join(folder, 'haproxy.cfg')],
  },
  apache: {
    name: 'Apache',
    program: 'apache2',
    version: ['-v'],
    around: (folder) => ({
      name: 'main.conf',
      text: `
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
DefaultRuntimeDir ${folder}
${root ? 'User www-data\nGroup www-data' : ''}
${[
  'mpm_event',
  'authz_core',
  'alias',
  'ssl',
  'socache_shmcb',
  'proxy',
  'proxy_http',
  'proxy_wstunnel',
  'headers',
  'lua',
]
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join('\n')}
IncludeOptional ${folder}/doorward.conf
`,
    }),
    arguments: (folder) => ['-D', 'FOREGROUND', '-f', join(folder, 'main.conf')],
  },
  traefik: {
    name: 'Traefik',
    program: 'traefik',
    version: ['version'],
    arguments: (folder) => [`--configfile=${join(folder, 'traefik.yaml')}`],
  },
  envoy: {
    name: 'Envoy',
    program: 'envoy',
    version: ['--version'],
    arguments: (folder) => [
      '-c',
      join(folder, 'envoy.yaml'),
      '--concurrency',
      '1',
      '--disable-hot-restart',
      '-l',
      'warning',
    ],
  },
};

/** The version as the program itself tells it. */
export function versionOf(runner: Runner): string {
  // Some print it on the error stream.
  const text = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', programOf(runner.program), ...runner.version], {
    encoding: 'utf8',
  });
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? text.trim();
}
