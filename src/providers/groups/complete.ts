import type { GroupsLookup, ProviderConfig } from '../../config/index.ts';
import type { GroupsClaim, IdentityAssertion, Log } from '../../identity/index.ts';
import { presentNames } from '../groups-claim.ts';
import { createApi, type Api } from './api.ts';
import { commonName } from './distinguished-name.ts';
import { createGoogle } from './google.ts';
import { createGraph } from './graph.ts';
import { createLabels } from './labels.ts';
import { createOkta } from './okta.ts';
import { LookupFailed } from './lookup-failed.ts';
import type { Directory, Evidence, FoundGroup } from './types.ts';

/** Makes the groups of a verified assertion complete. Never rejects: a look-up that fails is part of the answer. */
export type CompleteGroups = (assertion: IdentityAssertion, evidence: Evidence) => Promise<IdentityAssertion>;

export interface CompletionDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly log: Log;
  /** Milliseconds for a whole look-up; a person waits for it. */
  readonly timeLimit?: number;
}

type Rules = Pick<ProviderConfig, 'id' | 'groups'>;

/** An id of Entra: a display name of this form could be taken for another group's id. */
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * What a file's `groups.lookup` asks for, between verification and decision. A list that the login brought is
 * believed unless it may have been cut off; a failed look-up becomes `overage` with what the file says of it, never "none".
 */
export function createGroupsCompletion(config: Rules, deps: CompletionDeps): CompleteGroups {
  const { groups: rule, id: provider } = config;
  const { lookup } = rule;
  if (lookup === undefined) return async (assertion) => assertion;

  const { fetch, now, log, timeLimit = 5_000 } = deps;
  const directory = createDirectory(lookup, now);
  const labels = createLabels(now);
  const mapped = new Set(rule.map.map(([name]) => name));
  const named = (group: FoundGroup): string =>
    lookup.names && group.label !== undefined && !mapped.has(group.id) && !guid.test(group.label)
      ? group.label
      : group.id;

  /** Ids that the login itself named, with their labels; asked for only those that are not known yet. */
  const label = async (
    names: readonly string[],
    assertion: IdentityAssertion,
    evidence: Evidence,
    api: Api,
  ) => {
    if (!lookup.names || directory.labelsOf === undefined) return names;
    const ids = names.filter((name) => guid.test(name) && !mapped.has(name));
    const asked = labels.unknown(ids);
    if (asked.length > 0) labels.learn(asked, await directory.labelsOf(asked, assertion, evidence, api));
    return names.map((id) => named({ id, label: labels.of(id) }));
  };

  const look = async (assertion: IdentityAssertion, evidence: Evidence, api: Api): Promise<GroupsClaim> => {
    const claim = assertion.groups;
    const cut = claim.kind === 'present' && claim.names.length >= (directory.mostNamed ?? Infinity);
    if (lookup.when === 'needed' && claim.kind === 'present' && !cut) {
      return { kind: 'present', names: [...new Set(await label(claim.names, assertion, evidence, api))] };
    }
    const found = await directory.groupsOf(assertion, evidence, api);
    if (found.length > 0)
      labels.learn(
        found.map(({ id }) => id),
        found,
      );
    // Other claims stay: app roles beside groups that are elsewhere. A whole list of the API replaces the token's.
    const beside =
      claim.kind === 'present' && !cut
        ? besides(assertion, rule.claims)
        : presentNames(evidence.claims, rule.claims).map((name) =>
            rule.dn === 'cn' ? commonName(name) : name,
          );
    return { kind: 'present', names: [...new Set([...beside, ...found.map(named)])] };
  };

  return async (assertion, evidence) => {
    const api = createApi({ fetch, kind: lookup.kind, timeLimit, now });
    try {
      return { ...assertion, groups: await look(assertion, evidence, api) };
    } catch (error) {
      const detail = error instanceof LookupFailed ? error.detail : `${lookup.kind}.unexpected`;
      log.warn(
        { provider, detail, onFailure: lookup.onFailure, err: error },
        'groups could not be looked up',
      );
      return { ...assertion, groups: { kind: 'overage', onFailure: lookup.onFailure } };
    }
  };
}

/** Roles, where the file takes them for groups: no directory lists them. */
function besides({ roles }: IdentityAssertion, claims: readonly string[]): readonly string[] {
  return claims.some((name) => name === 'roles' || name.endsWith('/claims/role')) ? roles : [];
}

function createDirectory(lookup: GroupsLookup, now: () => number): Directory {
  switch (lookup.kind) {
    case 'graph':
      return createGraph(lookup, now);
    case 'google':
      return createGoogle(lookup, now);
    case 'okta':
      return createOkta(lookup);
  }
}
