import type { Report } from '../problems.ts';
import { readServiceAccount } from '../schema/lookup-keys.ts';
import type { OidcFile } from '../schema/oidc-file.ts';
import type { GroupsLookup } from '../types.ts';

/** What the provider's own file lends to a look-up. */
export type LookupFile = Partial<
  Pick<OidcFile, 'groups' | 'tenant' | 'tenants' | 'clientId' | 'clientSecret' | 'domain'>
>;

const ofKind = {
  graph: ['credentials', 'names', 'tenant', 'clientId', 'clientSecret', 'url', 'tokenUrl'],
  google: ['key', 'api', 'names', 'subject', 'url', 'tokenUrl'],
  okta: ['domain', 'token', 'url'],
} as const;
const everybodys = ['kind', 'when', 'onFailure', 'expires'];

/** The look-up of a file, defaults filled in; undefined where there is none, or after its mistakes were reported. */
export function buildLookup(
  file: LookupFile,
  protocol: 'oidc' | 'saml',
  { report }: { readonly report: Report },
): GroupsLookup | undefined {
  const lookup = file.groups?.lookup;
  if (lookup === undefined) return undefined;
  const at = (key: string) => `groups.lookup.${key}`;
  const known: readonly string[] = [...everybodys, ...ofKind[lookup.kind]];
  for (const key of Object.keys(lookup).filter((name) => !known.includes(name))) {
    report.problem(at(key), `means nothing to a look-up of the kind ${lookup.kind}`);
  }
  const need = <T>(key: string, value: T | undefined, what: string): value is T => {
    if (value === undefined && !report.spoiled(at(key))) report.problem(at(key), `missing; expected ${what}`);
    return value !== undefined;
  };
  const common = {
    when: lookup.when ?? 'needed',
    onFailure: lookup.onFailure ?? 'refuse',
    names: lookup.names ?? false,
    ...(lookup.expires !== undefined && { expires: lookup.expires }),
  } as const;
  if (lookup.kind === 'okta') {
    const { token } = lookup;
    const host = lookup.domain ?? file.domain;
    const url = lookup.url ?? (host === undefined ? undefined : `https://${host}`);
    const complete = [
      need('token', token, 'an API token'),
      need('domain', url, 'domain, such as acme.okta.com'),
    ];
    return complete.every(Boolean)
      ? { ...common, kind: 'okta', url: url ?? '', token: token ?? '' }
      : undefined;
  }
  if (lookup.kind === 'google') {
    const account = lookup.key === undefined ? undefined : readServiceAccount(lookup.key);
    if (lookup.key !== undefined && account === undefined) {
      report.problem(
        at('key'),
        'expected the JSON of a service account, with client_email and private_key: ${file:PATH}',
      );
    }
    const hasKey = need('key', lookup.key, 'the JSON of a service account');
    const hasSubject = need('subject', lookup.subject, 'the address of an administrator');
    if (!hasKey || !hasSubject || account === undefined) return undefined;
    const api = lookup.api ?? 'cloudIdentity';
    return {
      ...common,
      kind: 'google',
      api,
      account,
      subject: lookup.subject ?? '',
      url:
        lookup.url ??
        (api === 'directory' ? 'https://admin.googleapis.com' : 'https://cloudidentity.googleapis.com'),
      tokenUrl: lookup.tokenUrl ?? 'https://oauth2.googleapis.com/token',
    };
  }
  const url = lookup.url ?? 'https://graph.microsoft.com';
  if (lookup.credentials === 'delegated') {
    if (protocol === 'saml') {
      report.problem(at('credentials'), 'expected app: SAML brings no access token');
      return undefined;
    }
    return { ...common, kind: 'graph', url, app: undefined };
  }
  const tenant = lookup.tenant ?? file.tenant;
  const clientId = lookup.clientId ?? file.clientId;
  const clientSecret = lookup.clientSecret ?? file.clientSecret;
  const complete = [
    need('clientId', clientId, 'the client id of an application that may read groups'),
    need('clientSecret', clientSecret, 'its client secret, or credentials: delegated'),
    tenant !== undefined || file.tenants !== undefined || lookup.tokenUrl !== undefined
      ? true
      : need('tenant', tenant, 'the directory (tenant) id'),
  ];
  if (!complete.every(Boolean)) return undefined;
  return {
    ...common,
    kind: 'graph',
    url,
    app: {
      clientId: clientId ?? '',
      clientSecret: clientSecret ?? '',
      // With a list of tenants, the person's own is put in.
      tokenUrl:
        lookup.tokenUrl ?? `https://login.microsoftonline.com/${tenant ?? '{tenant}'}/oauth2/v2.0/token`,
    },
  };
}
