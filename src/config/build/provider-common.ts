import { comparable, type RoleRule } from '../../identity/index.ts';
import type { YamlFile } from '../file/yaml-file.ts';
import type { Preset } from '../presets/preset.ts';
import { isLoopback, webUrl } from '../schema/addresses.ts';
import type { OidcFile } from '../schema/oidc-file.ts';
import type { SamlFile } from '../schema/saml-file.ts';
import type { GroupsRule, ProviderConfig } from '../types.ts';
import type { BuildContext, GatewayConfig } from './gateway.ts';
import { buildLookup, type LookupFile } from './lookup.ts';
import { buildScim } from './scim.ts';

/** What the parts of a provider are built from. */
export interface ProviderContext extends BuildContext {
  readonly id: string;
  /** Absolute path of the file. */
  readonly path: string;
  readonly yaml: Pick<YamlFile, 'lines' | 'order'>;
  readonly preset: Preset;
  readonly presetName: string;
  /** Undefined when gateway.yaml itself has mistakes. */
  readonly gateway: Pick<GatewayConfig, 'baseUrl' | 'prefix'> | undefined;
}

type CommonFile = Pick<
  OidcFile & SamlFile,
  'label' | 'domains' | 'admit' | 'jit' | 'groups' | 'role' | 'scim' | 'trustEmail' | 'allowInsecure'
> &
  LookupFile;
type CommonConfig = Omit<Extract<ProviderConfig, { protocol: 'oidc' }>, keyof OidcOnly>;
interface OidcOnly {
  protocol: unknown;
  issuer: unknown;
  clientId: unknown;
  clientAuth: unknown;
  scopes: unknown;
  idTokenAlgs: unknown;
  claims: unknown;
  allowInsecure: unknown;
  clockTolerance: unknown;
  tenants: unknown;
}

/** What OIDC and SAML providers share: admission, JIT, groups and roles. */
export function buildCommon(
  file: CommonFile,
  usualGroups: readonly string[],
  protocol: 'oidc' | 'saml',
  context: ProviderContext,
): CommonConfig {
  const { id, path, yaml, preset, presetName } = context;
  const groups = buildGroups(file, usualGroups, protocol, context);
  const admit = {
    emailDomains: (file.admit?.emailDomains ?? []).map((domain) => comparable(domain)),
    requireGroups: file.admit?.requireGroups ?? [],
  };
  if (
    (file.jit?.linkBy ?? 'none') !== 'none' &&
    admit.emailDomains.length === 0 &&
    !context.report.spoiled('admit')
  ) {
    context.report.problem(
      'jit.linkBy',
      'linking needs admit.emailDomains: the domains whose addresses this provider is trusted for',
    );
  }
  const role: RoleRule = {
    default: file.role?.default ?? 'guest',
    map: entriesInOrder(file.role?.map, yaml.order.get('role.map')),
    ...(file.role?.idpRoles && {
      idpRoles: entriesInOrder(file.role.idpRoles, yaml.order.get('role.idpRoles')),
    }),
  };
  return {
    id,
    file: path,
    lines: yaml.lines,
    preset: presetName,
    label: file.label ?? preset.label ?? `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`,
    domains: (file.domains ?? []).map((domain) => comparable(domain)),
    admit,
    jit: { create: file.jit?.create ?? true, linkBy: file.jit?.linkBy ?? 'none' },
    groups,
    role,
    ...(file.scim && { scim: buildScim(file, context) }),
    trustEmail: file.trustEmail ?? false,
  };
}

/** Linking by an id needs to know where the id is. */
export function checkSharedId(
  file: Pick<CommonFile, 'jit'>,
  key: string,
  names: readonly string[] | undefined,
  { report }: ProviderContext,
): void {
  if (file.jit?.linkBy === 'externalId' && names === undefined && !report.spoiled(key))
    report.problem(
      'jit.linkBy',
      `linking by externalId needs ${key}: where the id that providers share is found`,
    );
}

function buildGroups(
  file: CommonFile,
  usual: readonly string[],
  protocol: 'oidc' | 'saml',
  context: ProviderContext,
): GroupsRule {
  const { yaml, report, presetName } = context;
  const lookup = buildLookup(file, protocol, context);
  if (file.groups?.lookup !== undefined) {
    const { url, tokenUrl } = file.groups.lookup;
    const addresses = { 'groups.lookup.url': url, 'groups.lookup.tokenUrl': tokenUrl };
    checkTransport(addresses, file.allowInsecure ?? false, context);
  }
  const { claim, claims, whenMissing = 'keep', map, unmapped = 'ignore' } = file.groups ?? {};
  if (claim !== undefined && claims !== undefined)
    report.problem('groups.claims', 'expected claim or claims, not both');
  const names = claims ?? (claim === undefined ? usual : [claim]);
  if (names.length === 0 && lookup === undefined && whenMissing === 'refuse' && !report.spoiled('groups')) {
    report.problem(
      'groups.whenMissing',
      `the preset ${presetName} names no groups, so that everybody would be refused; expected groups.claim beside it`,
    );
  }
  const entries = entriesInOrder(map, yaml.order.get('groups.map'));
  const seen = new Map<string, string>();
  for (const [name] of entries) {
    const form = name.normalize('NFC').trim();
    const earlier = seen.get(form);
    if (earlier !== undefined) {
      report.problem(
        `groups.map.${name}`,
        'mapped twice: another line has the same name, spelt in other characters',
      );
    }
    seen.set(form, name);
  }
  return {
    claims: names,
    whenMissing,
    map: entries,
    unmapped,
    ...(file.groups?.dn && { dn: file.groups.dn }),
    ...(lookup && { lookup }),
  };
}

/** The entries of a map as the file has them: an object would put keys that are numbers first. */
function entriesInOrder(
  map: Readonly<Record<string, string>> | undefined,
  order: readonly string[] | undefined,
): (readonly [string, string])[] {
  return (order ?? []).flatMap((key) => {
    const value = map && Object.hasOwn(map, key) ? map[key] : undefined;
    return value === undefined ? [] : [[key, value] as const];
  });
}

/**
 * Plain http is for demonstrations on one machine: `allowInsecure` has to ask for it, and then every host, ours
 * included, has to be this machine.
 */
export function checkTransport(
  addresses: Readonly<Record<string, string | undefined>>,
  allowInsecure: boolean,
  { report, gateway }: ProviderContext,
): void {
  const hosts: string[] = gateway ? [new URL(gateway.baseUrl).hostname] : [];
  for (const [key, address] of Object.entries(addresses)) {
    const url = address === undefined ? undefined : webUrl(address);
    if (!url) continue;
    hosts.push(url.hostname);
    if (url.protocol !== 'http:') continue;
    if (!isLoopback(url.hostname)) report.problem(key, 'expected https: plain http is for localhost only');
    else if (!allowInsecure)
      report.problem(key, 'expected https, or allowInsecure: true for a demonstration on localhost');
  }
  if (allowInsecure && !hosts.every(isLoopback)) {
    report.problem(
      'allowInsecure',
      'expected false: not every host involved, baseUrl included, is localhost',
    );
  }
}
