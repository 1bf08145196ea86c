import { z } from 'zod';
import {
  cidrComplaint,
  hostComplaint,
  isLoopback,
  originComplaint,
  parseListen,
  urlComplaint,
  webUrl,
} from './addresses.ts';
import { adminKeys } from './admin-keys.ts';
import { auditKeys } from './audit-keys.ts';
import { brandKeys } from './brand-keys.ts';
import { appsKeys, policyKeys } from './policy-keys.ts';
import { assertionKeys, hostsKey, tokenKeys } from './token-keys.ts';
import { count, duration, text, texts, word } from './fields.ts';
import { mailKeys } from './mail-keys.ts';
import { reloadKeys } from './reload-keys.ts';
import { directoryAddressComplaint, sessionsAddressComplaint } from './store-address.ts';
import { telemetryKeys } from './telemetry-keys.ts';
import { tlsKeys } from './tls-keys.ts';

/** Origins that people use must be https, but on the machine itself. */
function secureOriginComplaint(value: string): string | undefined {
  const url = webUrl(value);
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'expected https: plain http is for localhost only';
  }
  return originComplaint(value);
}

const listenAddress = z.strictObject({
  host: text('Address or name to listen on.', { show: true }).optional(),
  port: count('TCP port; 0 takes a free one.', { min: 0, max: 65_535 }).optional(),
  socket: text(
    'Path of a unix socket instead of host and port, relative to the configuration directory.',
  ).optional(),
});

const listenText = text('Host and port.', {
  show: true,
  complain: (value) =>
    parseListen(value) ? undefined : 'expected host and port such as 127.0.0.1:4180 or [::1]:4180',
});

const upstream = z.strictObject({
  host: text('Only requests for this host; any host when left out.', {
    show: true,
    complain: (value) => hostComplaint(value, { port: false }),
  }).optional(),
  path: text('Only paths below this prefix; everything when left out. The longest match wins.', {
    show: true,
    pattern: '^/',
    complain: (value) => (/^\/[^?#\s]*$/.test(value) ? undefined : 'expected a path that begins with /'),
  }).optional(),
  url: text('Where the application listens, such as http://127.0.0.1:8080.', { complain: urlComplaint }),
});

/** `config/gateway.yaml`. Every key has a description: it is also the JSON Schema that editors show. */
export const gatewayFile = z
  .strictObject({
    baseUrl: text('The public address people use, such as https://sso.example.com, without a path.', {
      complain: secureOriginComplaint,
    }),
    prefix: text('Path under which everything a browser meets lives. Default: /sso', {
      show: true,
      pattern: '^(/[A-Za-z0-9_-]+)+$',
      complain: (value) =>
        /^(\/[A-Za-z0-9_-]+)+$/.test(value)
          ? undefined
          : 'expected a path such as /sso, without a slash at its end',
    }).optional(),
    listen: z
      .union([listenText, listenAddress])
      .meta({ description: 'Where the gateway listens: host and port, or a socket. Default: 127.0.0.1:4180' })
      .optional(),
    ops: z
      .union([listenText, listenAddress, z.literal(false)])
      .meta({
        description:
          'Where /livez, /readyz and /metrics listen; false switches them off. Default: 127.0.0.1:4181',
      })
      .optional(),
    tls: tlsKeys.optional(),
    secrets: texts(
      'Secrets of 32 characters or more that sign cookies and encrypt tokens. The first is used, all are accepted: to rotate, put a new one first.',
      { complain: (value) => (value.length < 32 ? 'expected 32 characters or more' : undefined) },
    ),
    state: z
      .strictObject({
        directory: text(
          'Users, groups and the audit trail: sqlite:PATH (relative to the configuration directory) or postgres://… (with ?sslmode=verify-full&sslrootcert=FILE&pool=N where wanted). Default: sqlite:../data/directory.db',
          { complain: directoryAddressComplaint },
        ).optional(),
        sessions: text(
          'Sessions and logins under way: sqlite:PATH (relative to the configuration directory), redis://HOST, redis+sentinel://HOST,HOST/PRIMARY or redis+cluster://HOST,HOST; rediss… for TLS, with ?ca=FILE where wanted. Default: sqlite:../data/sessions.db',
          { complain: sessionsAddressComplaint },
        ).optional(),
        redisPrefix: text('Put before every Redis key. Default: doorward:', { show: true }).optional(),
        grace: duration(
          'How long answers from memory may be used while a store is down. Default: 0s, that is, never',
          { min: '0s', max: '10m' },
        ).optional(),
      })
      .meta({ description: 'Where state is kept.' })
      .optional(),
    session: z
      .strictObject({
        idle: duration('A session ends after this long without a request. Default: 8h', {
          min: '1m',
          max: '90d',
        }).optional(),
        absolute: duration('A session ends this long after the login, whatever happens. Default: 24h', {
          min: '1m',
          max: '365d',
        }).optional(),
        cookieDomain: text('Share the session with the sub-domains of this domain, such as example.com.', {
          show: true,
          complain: (value) => hostComplaint(value.replace(/^\./, ''), { port: false }),
        }).optional(),
      })
      .meta({ description: 'How long a session lives, and where its cookie goes.' })
      .optional(),
    trustedProxies: texts(
      'Addresses or CIDRs of the proxies whose X-Forwarded-* and X-Original-* are believed.',
      {
        show: true,
        complain: cidrComplaint,
      },
    ).optional(),
    returnTo: texts('Further origins that a login may lead back to, such as https://catalog.example.com.', {
      complain: secureOriginComplaint,
    }).optional(),
    headers: z
      .strictObject({
        set: word('Names of the identity headers. Default: x-auth-request', [
          'x-auth-request',
          'remote-user',
        ]).optional(),
        user: word(
          'What the user header holds. Default: id, which nobody at an identity provider can choose',
          ['id', 'userName', 'email'],
        ).optional(),
        maxGroupsBytes: count(
          'Most bytes of the groups header, and of the groups in the assertion; further groups are left out. Default: 1024, or 3072 without the assertion, within the buffer of a stock nginx',
          { min: 256, max: 65_536 },
        ).optional(),
      })
      .meta({ description: 'What the application is told about a person.' })
      .optional(),
    upstreams: z
      .union([text('One application for everything.', { complain: urlComplaint }), z.array(upstream).min(1)])
      .meta({
        description: 'Applications that the built-in proxy serves: one URL, or a list with hosts and paths.',
      })
      .optional(),
    policy: policyKeys.optional(),
    apps: appsKeys.optional(),
    assertion: assertionKeys.optional(),
    tokens: tokenKeys.optional(),
    hosts: hostsKey.optional(),
    contact: text('Whom a refused person should write to: an email address or a URL.', {
      complain: (value) =>
        /^[^\s@]+@[^\s@]+$/.test(value) || webUrl(value) ? undefined : 'expected an email address or a URL',
    }).optional(),
    brand: brandKeys.optional(),
    admin: adminKeys.optional(),
    audit: auditKeys.optional(),
    mail: mailKeys.optional(),
    reload: reloadKeys.optional(),
    login: z
      .strictObject({
        timeout: duration('How long a person may take at the identity provider. Default: 10m', {
          min: '30s',
          max: '1d',
        }).optional(),
        maxPerMinutePerAddress: count('Sign-in requests of one address per minute. Default: 60', {
          min: 1,
          max: 1_000_000,
        }).optional(),
        maxPerMinutePerProvider: count('Sign-in requests of one provider per minute. Default: 600', {
          min: 1,
          max: 1_000_000,
        }).optional(),
      })
      .meta({ description: 'Limits of signing in.' })
      .optional(),
    log: z
      .strictObject({
        level: word('Least level that is written. Default: info', [
          'debug',
          'info',
          'warn',
          'error',
          'silent',
        ]).optional(),
      })
      .meta({ description: 'What is logged.' })
      .optional(),
    telemetry: telemetryKeys.optional(),
  })
  .meta({
    title: 'Doorward: gateway.yaml',
    description: 'The gateway: its address, secrets, state and limits.',
  });

/** As read: what is missing is told by whoever builds the Config, all at once. */
export const gatewayFileParts = gatewayFile.partial();
export type GatewayFile = z.output<typeof gatewayFileParts>;
