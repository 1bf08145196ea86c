import type { Config, ProviderConfig } from '../../config/index.ts';
import { findingsOf, type Finding } from './finding.ts';

/** What the directory knows that rules depend on. */
export interface KnownPeople {
  /** Names of the groups that exist. */
  readonly groups: ReadonlySet<string>;
  /** Whether somebody who may come in is in one of these groups by a local grant or from before. */
  hasMember(groups: readonly string[]): Promise<boolean>;
}

/**
 * Whether the groups that the files speak of can come about, and whether anybody could be an administrator.
 * @param known undefined when the directory was not asked
 */
export async function checkRules(config: Config, known: KnownPeople | undefined): Promise<Finding[]> {
  const findings = config.providers.flatMap((provider) => checkGroups(provider, known));
  const { ok, warn } = findingsOf(undefined);
  const makers = config.providers.flatMap((provider) => administrators(provider, config));
  const granting = [...new Set(makers.flatMap(({ groups }) => groups))];
  const held = granting.length > 0 && (await known?.hasMember(granting));
  if (makers.length === 0) {
    findings.push(
      warn(
        'admin',
        'no login can lead to an administrator: no role.map gives one of the roles in admin.roles, and no group of admin.groups can come about.',
      ),
    );
  } else if (known && granting.length > 0 && !held) {
    findings.push(
      warn(
        'admin',
        `nobody is an administrator yet; the first one will be whoever signs in with ${granting.map(quote).join(' or ')}.`,
      ),
    );
  } else
    findings.push(
      ok(
        'admin',
        `administrators come by ${granting.length > 0 ? granting.map(quote).join(', ') : 'the default role, or a role that the provider names'}`,
      ),
    );
  return findings;
}

function checkGroups(provider: ProviderConfig, known: KnownPeople | undefined): Finding[] {
  const { warn } = findingsOf(provider.id);
  const possible = new Set([...provider.groups.map.map(([, group]) => group), ...(known?.groups ?? [])]);
  if (provider.groups.unmapped === 'create' || known === undefined) return [];
  return provider.role.map.flatMap(([group]) =>
    possible.has(group)
      ? []
      : [
          warn(
            'groups',
            `role.map speaks of ${quote(group)}, which no line of groups.map leads to and which does not exist.`,
          ),
        ],
  );
}

function administrators(provider: ProviderConfig, config: Config): { groups: readonly string[] }[] {
  const roles = new Set(config.admin.roles);
  const byRole = provider.role.map.filter(([, role]) => roles.has(role)).map(([group]) => group);
  const groups = [...byRole, ...config.admin.groups];
  const isNamed = (provider.role.idpRoles ?? []).some(([, role]) => roles.has(role));
  if (roles.has(provider.role.default) || (isNamed && groups.length === 0)) return [{ groups: [] }];
  return groups.length === 0 ? [] : [{ groups }];
}

function quote(name: string): string {
  return JSON.stringify(name);
}
