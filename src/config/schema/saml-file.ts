import { z } from 'zod';
import { urlComplaint } from './addresses.ts';
import { duration, flag, text, texts, word } from './fields.ts';
import { certificateComplaint, privateKeyComplaint } from './keys.ts';
import { commonKeys, profileSources } from './provider-file.ts';

const keyPair = (what: string) =>
  z
    .strictObject({
      key: text('Private key (PEM): ${file:PATH}', { complain: privateKeyComplaint }),
      certificate: text('Its certificate (PEM): ${file:PATH}', { complain: certificateComplaint }),
    })
    .meta({ description: what });

/** `config/providers/NAME.yaml` of a SAML 2.0 provider. */
export const samlFile = z
  .strictObject({
    ...commonKeys,
    metadata: z
      .strictObject({
        file: text(
          "The identity provider's metadata, a file relative to the configuration directory.",
        ).optional(),
        url: text("Where the identity provider's metadata is fetched.", {
          complain: urlComplaint,
        }).optional(),
        entityId: text('Which entity of the metadata is meant, where it holds several.').optional(),
        signedBy: texts(
          'Certificates (PEM) of whoever signs the metadata, a federation: a document that none of them signed is not used. Several while they are rotated.',
          { complain: certificateComplaint },
        ).optional(),
      })
      .meta({ description: "The identity provider's metadata: a file or a URL." })
      .optional(),
    idp: z
      .strictObject({
        entityId: text("The identity provider's entity id."),
        ssoUrl: text('Where people are sent to sign in (HTTP-Redirect).', { complain: urlComplaint }),
        sloUrl: text('Where they are sent to sign out.', { complain: urlComplaint }).optional(),
        certificates: texts('Its signing certificates (PEM); several while they are rotated.', {
          complain: certificateComplaint,
        }),
      })
      .meta({ description: 'The identity provider by hand, in place of metadata.' })
      .optional(),
    entityId: text('Our entity id. Default: the address of our metadata').optional(),
    signing: keyPair(
      'Our key for signed requests. Default: a key pair that the gateway makes and keeps',
    ).optional(),
    decryption: z
      .union([
        z.literal('own').meta({ description: 'A key pair that the gateway makes and keeps.' }),
        keyPair('Our key for encrypted assertions.'),
      ])
      .meta({
        description:
          'Our key for encrypted assertions; own: a key pair that the gateway makes and keeps, published in our metadata.',
      })
      .optional(),
    nameIdFormat: text('NameID format to ask for, a URN.').optional(),
    wantSigned: word('What the identity provider must sign. Default: both, or what the preset knows', [
      'both',
      'assertion',
      'response',
    ]).optional(),
    attributes: z
      .strictObject(profileSources)
      .meta({ description: 'Attributes that name the person; `NameID` stands for the NameID itself.' })
      .optional(),
    allowUnsolicited: flag('Accept logins that begin at the identity provider. Default: false').optional(),
    allowWeak: z
      .array(z.enum(['sha1', 'cbc', 'rsa15']).meta({ description: 'An outdated algorithm.' }))
      .meta({ description: 'Outdated algorithms that are accepted all the same. Default: none' })
      .optional(),
    clockTolerance: duration('Difference of the clocks that is tolerated. Default: 60s', {
      min: '0s',
      max: '5m',
    }).optional(),
    maxAuthenticationAge: duration('Oldest sign-in at the identity provider that is accepted. Default: any', {
      min: '1m',
      max: '365d',
    }).optional(),
    forceAuthn: flag(
      'Ask the identity provider to make people sign in anew each time. Default: false',
    ).optional(),
  })
  .meta({ description: 'A provider that speaks SAML 2.0.' });

/** As read: what is missing is told by whoever builds the Config, all at once. */
export const samlFileParts = samlFile.partial();
export type SamlFile = z.output<typeof samlFileParts>;
