import { z } from 'zod';
import { hostComplaint, isLoopback, webUrl } from './addresses.ts';
import { duration, flag, text, texts } from './fields.ts';

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
] as const;

function secureUrlComplaint(value: string): string | undefined {
  const url = webUrl(value);
  if (!url) return 'expected a URL such as https://idp.acme.example/keys';
  return url.protocol === 'http:' && !isLoopback(url.hostname)
    ? 'expected https: plain http is for localhost only'
    : undefined;
}

const issuer = z.strictObject({
  issuer: text('Issuer of the tokens: their `iss`, byte for byte.', { show: true }),
  jwksUri: text('Where its keys are.', { complain: secureUrlComplaint }),
  audience: texts('What `aud` must hold: one of these.'),
  algs: z
    .array(z.enum(algorithms).meta({ description: 'A signature algorithm.' }))
    .min(1)
    .meta({ description: 'Signature algorithms that are accepted. Default: RS256 and ES256' })
    .optional(),
  subjectClaim: text('The claim with the subject by which the person is known here. Default: sub', {
    show: true,
  }).optional(),
  knownAs: text(
    'The issuer under which these people signed in, where it is not the issuer of the tokens.',
  ).optional(),
});

/** `tokens` of gateway.yaml. */
export const tokenKeys = z
  .strictObject({
    personal: flag('People may make API tokens for their scripts. Default: false').optional(),
    maxAge: duration('Longest time that such a token lives. Default: 90d', {
      min: '1h',
      max: '365d',
    }).optional(),
    jwt: z
      .array(issuer)
      .min(1)
      .meta({ description: 'Issuers whose bearer JWTs let in people who are known here already.' })
      .optional(),
  })
  .meta({ description: 'What scripts and BI tools sign in with (Authorization: Bearer).' });

/** `assertion` of gateway.yaml. */
export const assertionKeys = z
  .union([
    z.literal(false),
    z.strictObject({
      lifetime: duration('How long an assertion is valid. Default: 5m', { min: '1m', max: '1h' }).optional(),
      audience: text('What `aud` says for applications that `apps` does not name. Default: baseUrl', {
        show: true,
      }).optional(),
    }),
  ])
  .meta({
    description: 'X-Doorward-Assertion, a signed JWT for the application; false switches it off.',
  });

/** `hosts` of gateway.yaml. */
export const hostsKey = texts(
  'Hosts of other domains that people are signed in at as well, such as catalog.other.example.',
  { show: true, complain: (value) => hostComplaint(value, { port: true }) },
);
