import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { assertionHeader, identityHeaderNames } from '../../gate/index.ts';
import { exit, type Arguments, type Command } from '../command.ts';
import { configOf } from '../configuration.ts';
import { nearest } from '../nearest.ts';
import {
  exampleSettings,
  inOneText,
  isProxyName,
  proxies,
  type ProxySettings,
} from '../proxy-config/index.ts';

const names = Object.keys(proxies);

export const proxyConfig: Command = {
  name: 'proxy-config',
  summary: 'Print the configuration of a proxy in front of your application, for your own hosts',
  usage: `NAME [--host NAME,…] [--upstream HOST:PORT] [--gateway HOST:PORT] [--listen PORT] [--certificate FILE] [--key FILE] [--file NAME]`,
  help: [
    `NAME is one of ${names.join(', ')}. Where gateway.yaml is there, its host, paths and header names are used.`,
    'With several files, each begins with a comment that says where it lies; --file prints one of them alone.',
    'Example: doorward proxy-config haproxy --host catalog.acme.example --upstream 10.0.0.7:8080 --file doorward.lua',
  ].join('\n'),
  options: {
    host: { type: 'string' },
    upstream: { type: 'string' },
    gateway: { type: 'string' },
    listen: { type: 'string' },
    certificate: { type: 'string' },
    key: { type: 'string' },
    file: { type: 'string' },
  },
  words: [1, 1],
  async run(args, terminal) {
    const [name = ''] = args.words;
    if (!isProxyName(name)) {
      const guess = nearest(name, names);
      terminal.err(
        `doorward proxy-config: no proxy "${name}".${guess ? ` Did you mean "${guess}"?` : ''} There are: ${names.join(', ')}\n`,
      );
      return exit.usage;
    }
    const wrong = wrongFlag(args);
    if (wrong !== undefined) {
      terminal.err(`doorward proxy-config: ${wrong}\n`);
      return exit.usage;
    }
    let settings = exampleSettings(headersOf('x-auth-request'));
    if (existsSync(join(args.configDir, 'gateway.yaml'))) {
      const config = await configOf(args, terminal);
      if (config === undefined) return exit.usage;
      const { listen, prefix, baseUrl } = config;
      const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host;
      settings = {
        ...settings,
        prefix,
        hosts: [new URL(baseUrl).hostname],
        headers: headersOf(config.headers.set),
        ...(listen.socket === undefined ? { gateway: `${host}:${listen.port}` } : {}),
      };
    }
    const files = proxies[name](withFlags(settings, args));
    const { file } = args.flags;
    if (typeof file !== 'string') {
      terminal.out(inOneText(files));
      return exit.ok;
    }
    const wanted = files.find(({ path }) => path === file || basename(path) === file);
    if (wanted === undefined) {
      terminal.err(
        `doorward proxy-config: no file "${file}". There are: ${files.map(({ path }) => basename(path)).join(', ')}\n`,
      );
      return exit.usage;
    }
    terminal.out(wanted.text);
    return exit.ok;
  },
};

function headersOf(set: Parameters<typeof identityHeaderNames>[0]): string[] {
  return [...Object.values<string>({ ...identityHeaderNames(set) }), assertionHeader];
}

/** Everything is pasted into another program's language, so nothing but what each of these can be is taken. */
const forms: Readonly<Record<string, readonly [form: RegExp, what: string]>> = {
  host: [
    /^[a-z0-9-]+(\.[a-z0-9-]+)*(,[a-z0-9-]+(\.[a-z0-9-]+)*)*$/i,
    'one or more host names with commas between',
  ],
  upstream: [/^[a-z0-9_.-]+:\d{1,5}$/i, 'HOST:PORT'],
  gateway: [/^[a-z0-9_.-]+:\d{1,5}$/i, 'HOST:PORT'],
  listen: [/^([\d.]+:)?\d{1,5}$/, 'PORT or ADDRESS:PORT'],
  certificate: [/^\/[\w./@+-]+$/, 'an absolute path'],
  key: [/^\/[\w./@+-]+$/, 'an absolute path'],
};

function wrongFlag({ flags }: Arguments): string | undefined {
  for (const [name, [form, what]] of Object.entries(forms)) {
    const value = flags[name];
    if (typeof value === 'string' && !form.test(value)) return `--${name} must be ${what}, not "${value}"`;
  }
  return undefined;
}

function withFlags(settings: ProxySettings, { flags }: Arguments): ProxySettings {
  const text = (name: string, usual: string): string => {
    const value = flags[name];
    return typeof value === 'string' ? value : usual;
  };
  return {
    ...settings,
    hosts: text('host', settings.hosts.join(',')).toLowerCase().split(','),
    upstream: text('upstream', settings.upstream),
    gateway: text('gateway', settings.gateway),
    listen: text('listen', settings.listen),
    certificate: text('certificate', settings.certificate),
    key: text('key', settings.key),
  };
}
