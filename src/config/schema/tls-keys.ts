import { z } from 'zod';
import { text } from './fields.ts';

/** `tls` of gateway.yaml: where the gateway ends TLS itself. */
export const tlsKeys = z
  .strictObject({
    certificate: text(
      'File with the certificate and its chain, PEM, relative to the configuration directory. A new one is taken over while running.',
    ),
    key: text('File with the private key, PEM, relative to the configuration directory.'),
  })
  .meta({ description: 'Speak https on `listen`, without a proxy in front. Left out: plain http.' });
