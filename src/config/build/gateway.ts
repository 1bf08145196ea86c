import { resolve } from 'node:path';
import { missing } from '../check/word-issue.ts';
import type { Report } from '../problems.ts';
import { asCidr, isLoopback, parseListen, webUrl } from '../schema/addresses.ts';
import { syslogAddress } from '../schema/audit-keys.ts';
import type { GatewayFile } from '../schema/gateway-file.ts';
import { absoluteStoreAddress } from '../schema/store-address.ts';
import { tracesEndpoint } from '../schema/telemetry-keys.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { Config, ListenAddress } from '../types.ts';
import { buildAssertion, buildTokens } from './bearer.ts';
import { buildBrand } from './brand.ts';
import { cookieDomainComplaint } from './cookie-domain.ts';
import { buildMail } from './mail.ts';
import { buildApps, buildPolicy } from './policy.ts';
import { buildTls } from './tls.ts';

export type GatewayConfig = Omit<Config, 'providers' | 'version'>;

export interface BuildContext {
  readonly report: Report;
  /** Absolute path of the configuration directory, which relative paths start from. */
  readonly dir: string;
  readonly jsonSchema: () => JsonSchema;
}

const minute = 60_000;
const hour = 60 * minute;

/** The gateway's part of the Config, defaults filled in; undefined when a key without a default is missing. */
export function buildGateway(file: GatewayFile, context: BuildContext): GatewayConfig | undefined {
  const { report, dir, jsonSchema } = context;
  for (const key of ['baseUrl', 'secrets'] as const) {
    if (file[key] === undefined && !report.spoiled(key)) report.problem(key, missing(jsonSchema(), [key]));
  }
  const origin = file.baseUrl === undefined ? undefined : webUrl(file.baseUrl);
  const session = {
    idle: file.session?.idle ?? 8 * hour,
    absolute: file.session?.absolute ?? Math.max(24 * hour, file.session?.idle ?? 0),
    cookieDomain: file.session?.cookieDomain?.replace(/^\./, '').toLowerCase(),
  };
  if (session.idle > session.absolute && !report.spoiled('session')) {
    report.problem('session.idle', 'expected no more than session.absolute');
  }
  if (session.cookieDomain !== undefined && origin) {
    const complaint = cookieDomainComplaint(session.cookieDomain, origin.hostname);
    if (complaint !== undefined) report.problem('session.cookieDomain', complaint);
  }
  const listen = listenAddress(file.listen, 4180, dir, report, 'listen');
  const ops = file.ops === false ? undefined : listenAddress(file.ops, 4181, dir, report, 'ops');
  if (ops && sameAddress(listen, ops)) {
    const key = file.ops === undefined ? 'listen' : 'ops';
    report.problem(key, 'ops and listen have the same address; expected two');
  }
  checkUpstreams(file, report);
  const tls = buildTls(file, dir, report);
  for (const host of file.hosts ?? []) {
    if (host.toLowerCase() === origin?.host)
      report.problem('hosts', 'expected other hosts; the host of baseUrl needs no hand-over');
  }
  const policy = buildPolicy(file, report);
  const mail = buildMail(file, report);
  const brand = buildBrand(file.brand, dir, report);
  const traces = file.telemetry?.traces;
  if (!origin || file.secrets === undefined) return undefined;

  return {
    baseUrl: origin.origin,
    prefix: file.prefix ?? '/sso',
    listen,
    ops,
    ...(tls && { tls }),
    secrets: file.secrets,
    state: {
      directory: absoluteStoreAddress(file.state?.directory ?? 'sqlite:../data/directory.db', dir),
      sessions: absoluteStoreAddress(file.state?.sessions ?? 'sqlite:../data/sessions.db', dir),
      redisPrefix: file.state?.redisPrefix ?? 'doorward:',
      grace: file.state?.grace ?? 0,
    },
    session,
    trustedProxies: (file.trustedProxies ?? []).map(asCidr),
    returnTo: (file.returnTo ?? []).map((value) => new URL(value).origin),
    headers: {
      set: file.headers?.set ?? 'x-auth-request',
      user: file.headers?.user ?? 'id',
      maxGroupsBytes: file.headers?.maxGroupsBytes ?? (file.assertion === false ? 3072 : 1024),
    },
    upstreams: upstreamsOf(file),
    policy,
    apps: buildApps(file),
    assertion: buildAssertion(file, origin.origin),
    tokens: buildTokens(file),
    hosts: (file.hosts ?? []).map((host) => host.toLowerCase()),
    contact: file.contact,
    brand,
    admin: {
      roles: file.admin?.roles ?? ['admin'],
      groups: file.admin?.groups ?? [],
      recentAuthentication: file.admin?.recentAuthentication ?? 15 * minute,
    },
    audit: {
      keep: file.audit?.keep ?? 400 * 24 * hour,
      keepTraces: file.audit?.keepTraces ?? 14 * 24 * hour,
      file: file.audit?.file === undefined ? undefined : resolve(dir, file.audit.file),
      syslog: file.audit?.syslog === undefined ? undefined : syslogAddress(file.audit.syslog),
    },
    mail,
    reload: { maxLossPercent: file.reload?.maxLossPercent ?? 20 },
    login: {
      timeout: file.login?.timeout ?? 10 * minute,
      maxPerMinutePerAddress: file.login?.maxPerMinutePerAddress ?? 60,
      maxPerMinutePerProvider: file.login?.maxPerMinutePerProvider ?? 600,
    },
    log: { level: file.log?.level ?? 'info' },
    ...(traces && {
      telemetry: {
        traces: {
          endpoint: tracesEndpoint(traces.endpoint),
          headers: traces.headers ?? {},
          share: traces.share ?? 1,
        },
      },
    }),
  };
}

function listenAddress(
  value: Exclude<GatewayFile['listen'], undefined> | undefined,
  port: number,
  dir: string,
  report: Report,
  key: string,
): ListenAddress {
  if (typeof value === 'string') {
    const parsed = parseListen(value);
    return { host: parsed?.host ?? '127.0.0.1', port: parsed?.port ?? port, socket: undefined };
  }
  if (value?.socket !== undefined && (value.host !== undefined || value.port !== undefined)) {
    report.problem(key, 'expected either socket, or host and port');
  }
  const socket = value?.socket === undefined ? undefined : resolve(dir, value.socket);
  return { host: value?.host ?? '127.0.0.1', port: value?.port ?? port, socket };
}

function sameAddress(left: ListenAddress, right: ListenAddress): boolean {
  if (left.socket !== undefined || right.socket !== undefined) return left.socket === right.socket;
  const same = left.host === right.host || (isLoopback(left.host) && isLoopback(right.host));
  return same && left.port === right.port && left.port !== 0;
}

function upstreamsOf(file: GatewayFile): Config['upstreams'] {
  const list = typeof file.upstreams === 'string' ? [{ url: file.upstreams }] : (file.upstreams ?? []);
  return list.map((upstream: { host?: string | undefined; path?: string | undefined; url: string }) => ({
    host: upstream.host?.toLowerCase(),
    path: upstream.path ?? '/',
    url: upstream.url,
  }));
}

function checkUpstreams(file: GatewayFile, report: Report): void {
  const seen = new Set<string>();
  for (const [index, { host, path }] of upstreamsOf(file).entries()) {
    const place = `${host ?? '*'} ${path}`;
    if (seen.has(place)) report.problem(`upstreams.${index}`, 'another upstream has the same host and path');
    seen.add(place);
  }
}
