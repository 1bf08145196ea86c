import type { ScimGroupContent, ScimUserContent } from '../../directory/index.ts';
import type { Profile } from '../../identity/index.ts';
import { mapGroups } from '../../jit/index.ts';
import { badRequest, ScimError } from '../error.ts';
import { isObject, sameValue, type Resource, type Value } from '../resource.ts';
import type { ScimProvider } from '../types.ts';

/** Longest resource that is kept, as JSON; nobody's photo belongs here. */
const longestResource = 256 * 1024;
/** Longest user name, externalId and name of a group, in bytes: what an index takes, with room to spare. */
const longestName = 1_000;

/**
 * What the directory keeps of a user resource, and what it tells of the person. With `before`, what is the same as then is
 * left out: a login's newer name is not undone by a change of the telephone number.
 */
export function userContent(
  provider: ScimProvider,
  resource: Resource,
  before: Resource | undefined,
): ScimUserContent {
  const { password: _password, groups: _groups, ...kept } = resource;
  const userName = nameOf(kept, 'userName');
  const profile = profileOf(provider, kept, userName);
  const profileBefore = before && profileOf(provider, before, text(before['userName']) ?? '');
  return {
    userName,
    externalId: externalIdOf(kept),
    active: kept['active'] !== false,
    resource: jsonOf({ ...kept, active: kept['active'] !== false }),
    emails: before && sameValue(before['emails'], kept['emails']) ? undefined : emailsOf(kept),
    profile: profileBefore && sameValue({ ...profileBefore }, { ...profile }) ? undefined : profile,
  };
}

/** What the directory keeps of a group, and the Doorward group that its members are in by it. */
export function groupContent(provider: ScimProvider, resource: Resource): ScimGroupContent {
  const { members: _members, ...kept } = resource;
  const displayName = nameOf(kept, 'displayName');
  const externalId = externalIdOf(kept);
  return {
    displayName,
    externalId,
    granted: grantedBy(provider, displayName, externalId),
    resource: jsonOf(kept),
  };
}

/**
 * By the rule that a login's groups claim goes by. Where the map names groups by their id, as with Entra's claims, the
 * externalId of the SCIM group is that id.
 */
export function grantedBy(
  provider: ScimProvider,
  displayName: string,
  externalId: string | undefined,
): string | undefined {
  const { groups, scim } = provider;
  if (scim.groupsFrom === 'claims') return undefined;
  const isMapped = externalId !== undefined && groups.map.some(([name]) => name === externalId);
  return mapGroups([isMapped ? externalId : displayName], { whenMissing: 'keep', ...groups })[0];
}

function profileOf(provider: ScimProvider, resource: Resource, userName: string): Profile {
  const name = isObject(resource['name']) ? (resource['name'] as Resource) : {};
  const [givenName, familyName] = [text(name['givenName']), text(name['familyName'])];
  const joined = [givenName, familyName].filter((each) => each !== undefined).join(' ');
  const displayName = text(resource['displayName']) ?? text(name['formatted']) ?? (joined || undefined);
  const email = mainEmail(resource);
  const locale = text(resource['locale']);
  return {
    userName,
    ...(email !== undefined && { email }),
    emailVerified: email !== undefined && provider.trustEmail,
    ...(displayName !== undefined && { displayName }),
    ...(givenName !== undefined && { givenName }),
    ...(familyName !== undefined && { familyName }),
    ...(locale !== undefined && { locale }),
  };
}

/** The primary address, else the one for work, else the first. */
export function mainEmail(resource: Resource): string | undefined {
  const elements = listOf(resource['emails']).filter((each) => text(each['value']) !== undefined);
  const main =
    elements.find((each) => each['primary'] === true) ??
    elements.find((each) => text(each['type'])?.toLowerCase() === 'work') ??
    elements[0];
  return text(main?.['value']);
}

function emailsOf(resource: Resource): string[] {
  return listOf(resource['emails']).flatMap((each) => text(each['value']) ?? []);
}

function externalIdOf(resource: Resource): string | undefined {
  const externalId = text(resource['externalId']);
  if (externalId !== undefined && Buffer.byteLength(externalId) > longestName)
    throw badRequest('invalidValue', `"externalId" is longer than ${longestName} bytes.`);
  return externalId;
}

function nameOf(resource: Resource, attribute: string): string {
  const name = text(resource[attribute]);
  if (name === undefined || name.trim() === '')
    throw badRequest('invalidValue', `The attribute "${attribute}" is required.`);
  if (Buffer.byteLength(name) > longestName)
    throw badRequest('invalidValue', `"${attribute}" is longer than ${longestName} bytes.`);
  return name;
}

function jsonOf(resource: Resource): string {
  const json = JSON.stringify(resource);
  if (json.length > longestResource)
    throw new ScimError(413, `The resource is larger than ${longestResource / 1024} kB.`);
  return json;
}

function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listOf(value: Value | undefined): readonly Resource[] {
  return Array.isArray(value) ? value.filter((each): each is Resource => isObject(each)) : [];
}
