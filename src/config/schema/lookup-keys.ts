import { z } from 'zod';
import { hostComplaint, urlComplaint } from './addresses.ts';
import { date, flag, text, word } from './fields.ts';
import { privateKeyComplaint } from './keys.ts';

/** `groups.lookup`: where groups are asked for when a login does not bring them. Which keys mean something, the kind says. */
export const lookupKeys = z
  .strictObject({
    kind: word(
      'Whom to ask: Microsoft Graph, Google (Cloud Identity or Directory API), or the API of Okta.',
      ['graph', 'google', 'okta'],
    ),
    when: word('At logins that bring no full list, or at every login. Default: needed', [
      'needed',
      'always',
    ]).optional(),
    onFailure: word(
      'When nobody answers: refuse the login, or keep the groups that the person has (a newcomer is refused). Default: refuse',
      ['refuse', 'keep'],
    ).optional(),
    names: flag(
      'graph, google: take groups by their display name, but for ids that the map names. Default: false',
    ).optional(),
    credentials: word(
      'graph: as the application (client credentials), or with the access token of the person. Default: app',
      ['app', 'delegated'],
    ).optional(),
    tenant: text("graph: directory (tenant) id. Default: the provider's", {
      show: true,
      complain: (value) =>
        /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
          ? undefined
          : 'expected a tenant id, a GUID',
    }).optional(),
    clientId: text("graph: client id. Default: the provider's").optional(),
    clientSecret: text("graph: client secret. Default: the provider's").optional(),
    key: text('google: the JSON of a service account: ${file:PATH}').optional(),
    api: word('google: which API is asked. Default: cloudIdentity', [
      'cloudIdentity',
      'directory',
    ]).optional(),
    subject: text(
      'google: the administrator in whose name the service account asks (domain-wide delegation).',
      {
        show: true,
        complain: (value) => (/^[^@\s]+@[^@\s]+$/.test(value) ? undefined : 'expected an email address'),
      },
    ).optional(),
    domain: text("okta: host name of the organization. Default: the provider's", {
      show: true,
      complain: (value) => hostComplaint(value, { port: true }),
    }).optional(),
    token: text('okta: API token of a read-only administrator.').optional(),
    expires: date(
      'The day on which the client secret or token of the look-up ends: warnings begin 30 days before.',
    ).optional(),
    url: text(
      'Base address of the API, for sovereign clouds and proxies. Default: what the vendor documents',
      {
        complain: urlComplaint,
      },
    ).optional(),
    tokenUrl: text('graph, google: the token endpoint. Default: what the vendor documents', {
      complain: urlComplaint,
    }).optional(),
  })
  .meta({ description: 'Where groups are asked for that a login does not bring.' });

/** A service account's key file (JSON), as far as it is used; undefined when it is none. */
export function readServiceAccount(
  json: string,
):
  | { readonly email: string; readonly privateKeyPem: string; readonly keyId: string | undefined }
  | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return undefined;
    const { client_email: email, private_key: key, private_key_id: keyId } = value as Record<string, unknown>;
    if (typeof email !== 'string' || typeof key !== 'string' || privateKeyComplaint(key) !== undefined)
      return undefined;
    return { email, privateKeyPem: key, keyId: typeof keyId === 'string' ? keyId : undefined };
  } catch {
    return undefined;
  }
}
