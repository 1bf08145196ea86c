import { basename } from 'node:path';
import type { RoleRule } from '../identity/index.ts';
import type { Config, ProviderConfig } from './types.ts';

/** What a provider's file decides of people who sign in: all of it plain data and nothing secret, so that it may be kept. */
export interface MappingRules {
  /** Provider id. */
  readonly id: string;
  readonly admit: ProviderConfig['admit'];
  readonly jit: { readonly create: boolean };
  readonly groups: Pick<ProviderConfig['groups'], 'whenMissing' | 'map' | 'unmapped'>;
  readonly role: RoleRule;
  readonly scim?: Pick<NonNullable<ProviderConfig['scim']>, 'match' | 'groupsFrom'>;
  /** Where group names are taken from: when this changes, what came before does not tell what will come. */
  readonly reads: {
    readonly claims: readonly string[];
    readonly dn?: 'cn';
    readonly lookup?: { readonly kind: string; readonly when: string; readonly names: boolean };
  };
}

/** The rules of a configuration that a preview compares, by provider. */
export function mappingRules(config: Pick<Config, 'providers'>): readonly MappingRules[] {
  return config.providers.map(({ id, admit, jit, groups, role, scim }) => ({
    id,
    admit,
    jit: { create: jit.create },
    groups: { whenMissing: groups.whenMissing, map: groups.map, unmapped: groups.unmapped },
    role,
    ...(scim && { scim: { match: scim.match, groupsFrom: scim.groupsFrom } }),
    reads: {
      claims: groups.claims,
      ...(groups.dn && { dn: groups.dn }),
      ...(groups.lookup && {
        lookup: { kind: groups.lookup.kind, when: groups.lookup.when, names: groups.lookup.names },
      }),
    },
  }));
}

/** One rule that two configurations have differently. */
export interface RuleChange {
  readonly provider: string;
  /** Dotted key, `groups.map.Data Engineering`; undefined when the whole provider came or went. */
  readonly key: string | undefined;
  /** As text; undefined where it was not said. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** `okta.yaml:14`, in the new files. */
  readonly place: string | undefined;
}

/** The rules that differ, in the order of the files; lines are of the new ones. */
export function changedRules(
  before: readonly MappingRules[],
  after: readonly MappingRules[],
  files: Pick<Config, 'providers'>,
): readonly RuleChange[] {
  const ids = [...new Set([...before, ...after].map(({ id }) => id))].sort();
  return ids.flatMap((id): RuleChange[] => {
    const [old, next] = [before.find((each) => each.id === id), after.find((each) => each.id === id)];
    const whole = { provider: id, key: undefined, place: undefined };
    if (!old) return [{ ...whole, before: undefined, after: 'a provider' }];
    if (!next) return [{ ...whole, before: 'a provider', after: undefined }];
    const [oldTexts, nextTexts] = [textsOf(old), textsOf(next)];
    const file = files.providers.find((each) => each.id === id);
    return [...new Set([...oldTexts.keys(), ...nextTexts.keys()])].flatMap((key) => {
      const [was, is] = [oldTexts.get(key), nextTexts.get(key)];
      return was === is ? [] : [{ provider: id, key, before: was, after: is, place: placeOf(file, key) }];
    });
  });
}

function placeOf(file: ProviderConfig | undefined, key: string): string | undefined {
  const line = file && Object.hasOwn(file.lines, key) ? file.lines[key] : undefined;
  return file === undefined || line === undefined ? undefined : `${basename(file.file)}:${line}`;
}

/** Each rule as text, by its key. The order of `role.map` decides, so it is a rule of its own. */
function textsOf(rules: MappingRules): ReadonlyMap<string, string> {
  const { admit, groups, role, scim, reads } = rules;
  const list = (values: readonly string[]): string => (values.length === 0 ? '[]' : values.join(', '));
  const entries = (name: string, map: readonly (readonly [string, string])[]): [string, string][] =>
    map.map(([from, to]) => [`${name}.${from}`, to]);
  return new Map<string, string>([
    ['admit.emailDomains', list(admit.emailDomains)],
    ['admit.requireGroups', list(admit.requireGroups)],
    ['groups.claims', list(reads.claims)],
    ['groups.dn', reads.dn ?? 'whole'],
    ['groups.lookup', reads.lookup === undefined ? 'none' : Object.values(reads.lookup).join(', ')],
    ['groups.whenMissing', groups.whenMissing],
    ...entries('groups.map', groups.map),
    ['groups.unmapped', groups.unmapped],
    ['role.default', role.default],
    ...entries('role.map', role.map),
    ['role.map', role.map.map(([group]) => group).join(' before ')],
    ...entries('role.idpRoles', role.idpRoles ?? []),
    ['scim.groupsFrom', scim?.groupsFrom ?? 'no SCIM'],
  ]);
}
