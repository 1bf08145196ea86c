import { z } from 'zod';
import { urlComplaint } from './addresses.ts';
import { date, duration, text, texts, word } from './fields.ts';
import { privateKeyComplaint } from './keys.ts';
import { commonKeys, profileSources } from './provider-file.ts';

/** Signature algorithms of ID tokens that can be accepted: asymmetric only (RFC 8725, section 3.2). */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const issuerComplaint = (value: string) =>
  urlComplaint(value) ?? (/[?#]/.test(value) ? 'expected an issuer without a query' : undefined);

/** `config/providers/NAME.yaml` of an OpenID Connect provider. */
export const oidcFile = z
  .strictObject({
    ...commonKeys,
    issuer: text('Issuer, exactly as the provider writes it. Presets with a domain or tenant know theirs.', {
      complain: issuerComplaint,
    }).optional(),
    tenants: texts('Microsoft: ids of all tenants whose people may sign in, each a GUID.', {
      show: true,
      complain: (value) =>
        /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
          ? undefined
          : 'expected a tenant id, a GUID',
    }).optional(),
    clientId: text('Client id that the provider gave this application.'),
    clientSecret: text('Client secret; ${env:NAME} or ${file:PATH} keeps it out of the file.').optional(),
    clientSecretExpires: date(
      'The day on which the client secret ends, as the provider shows it: warnings begin 30 days before.',
    ).optional(),
    clientAuth: word(
      'How the client proves itself. Default: what the preset prefers, by the secret or key given',
      ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    ).optional(),
    privateKey: text('Private key (PEM) for private_key_jwt: ${file:PATH}', {
      complain: privateKeyComplaint,
    }).optional(),
    keyId: text('Key id (`kid`) by which the provider knows the private key.').optional(),
    scopes: texts('Scopes to ask for; openid is among them always.', {
      complain: (value) =>
        /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value) ? undefined : 'expected one scope an item',
    }).optional(),
    idTokenAlgs: z
      .array(z.enum(algorithms).meta({ description: 'An algorithm.' }))
      .min(1)
      .meta({ description: 'Signature algorithms of ID tokens that are accepted.' })
      .optional(),
    claims: z
      .strictObject(profileSources)
      .meta({ description: 'Claims that name the person; the preset knows the usual ones.' })
      .optional(),
    recheck: z
      .strictObject({
        every: duration('How often a session in use is re-checked. Default: 30m', {
          min: '1m',
          max: '7d',
        }).optional(),
        whenUnreachable: duration(
          'A session ends when the provider could not be asked for so long. Default: 8h',
          { min: '1m', max: '30d' },
        ).optional(),
      })
      .meta({
        description:
          'Ask the provider in the background, with a refresh token, whether each sign-in still stands, and bring groups up to date. Asks for the scope offline_access. Default: never',
      })
      .optional(),
    clockTolerance: duration('Difference of the clocks that is tolerated. Default: 60s', {
      min: '0s',
      max: '5m',
    }).optional(),
  })
  .meta({ description: 'A provider that speaks OpenID Connect.' });

/** As read: what is missing is told by whoever builds the Config, all at once. */
export const oidcFileParts = oidcFile.partial();
export type OidcFile = z.output<typeof oidcFileParts>;
