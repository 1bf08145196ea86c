import { apache } from './apache.ts';
import { caddy } from './caddy.ts';
import { envoy } from './envoy.ts';
import { haproxy } from './haproxy.ts';
import { nginx } from './nginx.ts';
import type { ProxyFile, ProxySettings } from './settings.ts';
import { traefik } from './traefik.ts';

export type { ProxyFile, ProxySettings } from './settings.ts';

/** Every proxy that there is a configuration for. */
export const proxies = { nginx, caddy, haproxy, apache, traefik, envoy } as const;

export type ProxyName = keyof typeof proxies;

export function isProxyName(text: string): text is ProxyName {
  return Object.hasOwn(proxies, text);
}

/** All files of a configuration as one text; with several, each begins with a comment that says where it lies. */
export function inOneText(files: readonly ProxyFile[]): string {
  if (files.length === 1) return files[0]?.text ?? '';
  return files
    .map(({ path, language, text }) => `${language === 'lua' ? '--' : '#'} ${path}\n${text}`)
    .join('\n');
}

/** What the guides show: one host, everything where it usually is. */
export function exampleSettings(headers: readonly string[]): ProxySettings {
  return {
    hosts: ['catalog.acme.example'],
    listen: '443',
    upstream: '127.0.0.1:8080',
    gateway: '127.0.0.1:4180',
    prefix: '/sso',
    certificate: '/etc/ssl/doorward/fullchain.pem',
    key: '/etc/ssl/doorward/key.pem',
    headers,
  };
}
