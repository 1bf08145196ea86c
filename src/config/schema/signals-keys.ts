import { z } from 'zod';
import { urlComplaint } from './addresses.ts';
import { duration, text, texts } from './fields.ts';

const secretComplaint = (value: string): string | undefined =>
  /^[\x21-\x7e]{16,}$/.test(value) ? undefined : 'expected 16 characters or more, without spaces';
const tokenComplaint = (value: string): string | undefined =>
  /^[\x21-\x7e]+$/.test(value) ? undefined : 'expected a token, without spaces';

/** `signals`: security events of the identity provider (OpenID Shared Signals Framework 1.0). */
export const signalsKeys = z
  .strictObject({
    issuer: text('Who sends them: `iss` of the events, exactly as the sender writes it.', {
      complain: urlComplaint,
    }),
    jwksUrl: text("Where the sender's keys are. Default: where its discovery document says", {
      complain: urlComplaint,
    }).optional(),
    audience: texts(
      '`aud` of the events that are for us; one of these. Default: BASE/sso/events/NAME, and the client id',
    ).optional(),
    secret: text('What the sender has to bring as a bearer token, besides its signature: ${file:PATH}', {
      complain: secretComplaint,
    }).optional(),
    token: text("Token for the sender's API, to set the stream up and to poll: ${file:PATH}", {
      complain: tokenComplaint,
    }).optional(),
    poll: z
      .strictObject({
        url: text('Where events are fetched.', { complain: urlComplaint }),
        every: duration('How often. Default: 1m', { min: '1s', max: '1h' }).optional(),
      })
      .meta({ description: 'Fetch events (RFC 8936), in place of having them sent.' })
      .optional(),
  })
  .meta({
    description:
      'Security events of the identity provider (Shared Signals, CAEP, RISC): an account switched off, a session revoked. They arrive at BASE/sso/events/NAME.',
  });
