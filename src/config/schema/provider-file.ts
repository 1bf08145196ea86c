import { z } from 'zod';
import { emailDomainComplaint, hostComplaint } from './addresses.ts';
import { count, flag, text, texts, word } from './fields.ts';
import { lookupKeys } from './lookup-keys.ts';
import { presetNames } from '../presets/index.ts';
import { signalsKeys } from './signals-keys.ts';

const nameList = (what: string) => texts(`Where ${what} is found; several are tried in order.`).optional();

const scimMatches = ['subject', 'userName', 'email'] as const;

/** Keys that the files of OIDC and SAML providers share. */
export const commonKeys = {
  preset: word('The product, whose habits are filled in; `oidc` and `saml` are plain.', presetNames),
  protocol: word('oidc or saml, for products that speak both. Default: what the preset prefers', [
    'oidc',
    'saml',
  ]).optional(),
  label: text('The button says "Sign in with …". Default: the name of the product').optional(),
  domains: texts(
    'Email domains whose people sign in here: the login page then asks for the address and shows the right button.',
    { show: true, complain: emailDomainComplaint },
  ).optional(),
  domain: text('Host name of your organization at the product, such as acme.okta.com.', {
    show: true,
    complain: (value) => hostComplaint(value, { port: true }),
  }).optional(),
  tenant: text('Microsoft: directory (tenant) id, a GUID.', {
    show: true,
    complain: (value) =>
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
        ? undefined
        : 'expected the directory (tenant) id, a GUID; for several tenants write `tenants`',
  }).optional(),
  realm: text('Keycloak: name of the realm.', {
    show: true,
    complain: (value) => (/^[^\s/?#%]+$/.test(value) ? undefined : 'expected the name of a realm'),
  }).optional(),
  environment: text('PingOne: environment id, a GUID.', {
    show: true,
    complain: (value) =>
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
        ? undefined
        : 'expected the environment id, a GUID',
  }).optional(),
  region: word('PingOne: where the environment lives. Default: com', [
    'com',
    'eu',
    'ca',
    'asia',
    'com.au',
    'sg',
  ]).optional(),
  admit: z
    .strictObject({
      emailDomains: texts('Only verified addresses of these domains may come in.', {
        show: true,
        complain: emailDomainComplaint,
      }).optional(),
      requireGroups: texts(
        'Only members of one of these may come in: Doorward groups, or, where the map hands out no group of that name, groups as the provider calls them.',
      ).optional(),
    })
    .meta({ description: 'Who may come in.' })
    .optional(),
  jit: z
    .strictObject({
      create: flag(
        'Create a user at the first login. false: only those provisioned before may come in. Default: true',
      ).optional(),
      linkBy: word(
        'Whether a first login may belong to somebody whom another provider brought: verifiedEmail links by an address that both vouch for, externalId by an id that both send (claims.externalId or attributes.externalId) and that nobody can choose; both only among providers that list the domain of the address in admit.emailDomains. Default: none',
        ['none', 'verifiedEmail', 'externalId'],
      ).optional(),
    })
    .meta({ description: 'What a first login does.' })
    .optional(),
  groups: z
    .strictObject({
      claim: text('The claim or attribute that carries group names.').optional(),
      claims: texts('Several claims or attributes that carry group names; they are united.').optional(),
      whenMissing: word(
        'When there is no such claim: keep the groups as they are, remove them, or refuse the login. Default: keep',
        ['keep', 'remove', 'refuse'],
      ).optional(),
      map: z
        .record(z.string(), text('Name of the group in Doorward.'))
        .meta({ description: "The identity provider's name (or id) of a group, and Doorward's name for it." })
        .optional(),
      unmapped: word(
        'Groups that the map does not name: ignore them, or create them as they are. Default: ignore',
        ['ignore', 'create'],
      ).optional(),
      dn: word(
        'What to make of distinguished names: `cn` takes the common name, so that CN=Data Engineers,OU=… is Data Engineers. Default: they stay whole',
        ['cn'],
      ).optional(),
      lookup: lookupKeys.optional(),
    })
    .meta({ description: 'Which groups a login brings.' })
    .optional(),
  role: z
    .strictObject({
      default: text('Role of a person whom the map does not name. Default: guest').optional(),
      idpRoles: z
        .record(z.string(), text('A role.'))
        .meta({
          description:
            "A role as the identity provider names it (Entra's app roles), and the role here; asked after `map`.",
        })
        .optional(),
      map: z
        .record(z.string(), text('A role.'))
        .meta({
          description: 'A Doorward group and the role of its members; the first line that fits decides.',
        })
        .optional(),
    })
    .meta({ description: 'Which role a person has.' })
    .optional(),
  scim: z
    .strictObject({
      match: texts(
        "What shows that a provisioned user and a sign-in are the same person: subject (the user's externalId is the subject), userName, or email (verified, of a domain in admit.emailDomains). Several are tried in order. Default: subject",
        {
          show: true,
          complain: (value) =>
            scimMatches.some((each) => each === value)
              ? undefined
              : `expected one of ${scimMatches.join(', ')}`,
        },
      ).optional(),
      groupsFrom: word(
        'Where groups come from: scim (what a login claims is not looked at), claims (SCIM groups grant nothing), or both. Default: scim',
        ['scim', 'claims', 'both'],
      ).optional(),
      onReturn: word(
        'Somebody who was deleted by SCIM and is made again: restore the user as they were, or a new one. Default: restore',
        ['restore', 'new'],
      ).optional(),
      requestsPerSecond: count(
        'SCIM requests a second, over all processes; more are answered with 429. Default: 500',
        {
          min: 25,
          max: 1_000_000,
        },
      ).optional(),
    })
    .meta({ description: 'The provider provisions people and groups by SCIM; an empty one, {}, will do.' })
    .optional(),
  signals: signalsKeys.optional(),
  trustEmail: flag(
    'Every address this provider sends counts as verified. Only where nobody can choose their own. Default: false',
  ).optional(),
  allowInsecure: flag(
    'Accept plain http; on this machine only, for demonstrations. Default: false',
  ).optional(),
};

/** Where the parts of a profile are found: claims (OIDC) or attributes (SAML). */
export const profileSources = {
  subject: nameList('the stable id of a person'),
  userName: nameList('the user name'),
  email: nameList('the email address'),
  displayName: nameList('the full name'),
  givenName: nameList('the given name'),
  familyName: nameList('the family name'),
  externalId: nameList('an id that other providers send too, such as an employee number,'),
};
