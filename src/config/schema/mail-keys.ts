import { z } from 'zod';
import { isLoopback } from './addresses.ts';
import { count, text, word } from './fields.ts';

/** The languages that `views/locales` has; a test compares them. */
export const mailLanguages = ['en', 'ar', 'de', 'es', 'fr', 'ja'] as const;

/** `mail` of gateway.yaml: by which server invitations are sent. */
export const mailKeys = z
  .strictObject({
    url: text(
      'The mail server: smtps://HOST:465, or smtp://HOST:587 with STARTTLS; user and password may stand in it: ${env:SMTP_URL}.',
      {
        complain: (value) =>
          smtpAddress(value)
            ? undefined
            : 'expected smtps://HOST:465 or smtp://HOST:587, with USER:PASSWORD@ where wanted',
      },
    ),
    user: text('User name at the mail server.').optional(),
    password: text('Its password; ${env:NAME} or ${file:PATH} keeps it out of the file.').optional(),
    from: text('Sender of our letters: an address, or Name <address>.', {
      complain: (value) =>
        senderAddress(value) ? undefined : 'expected an address such as Catalog <no-reply@acme.example>',
    }),
    language: word(
      'Language of a letter to somebody whose language is not known. Default: en',
      mailLanguages,
    ).optional(),
    maxPerHour: count('Most letters in an hour, all together. Default: 200', {
      min: 1,
      max: 100_000,
    }).optional(),
  })
  .meta({ description: 'The mail server for invitations. Without it none are sent.' });

/** A mail server's address, read; undefined when it is none. Without TLS from the start, STARTTLS is required but on this machine. */
export function smtpAddress(value: string):
  | {
      readonly host: string;
      readonly port: number;
      readonly tls: 'always' | 'starttls' | 'none';
      readonly user: string | undefined;
      readonly password: string | undefined;
    }
  | undefined {
  if (!/^smtps?:\/\/\S+$/i.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.hostname === '' || !['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '')
    return undefined;
  const isTls = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  try {
    return {
      host,
      port: url.port === '' ? (isTls ? 465 : 587) : Number(url.port),
      tls: isTls ? 'always' : isLoopback(host) ? 'none' : 'starttls',
      user: url.username === '' ? undefined : decodeURIComponent(url.username),
      password: url.password === '' ? undefined : decodeURIComponent(url.password),
    };
  } catch {
    return undefined;
  }
}

/** `Name <address>` or an address, read; undefined when it is neither, or several. */
export function senderAddress(
  value: string,
): { readonly name: string | undefined; readonly address: string } | undefined {
  const [, name, address] = /^(?:([^<>"\p{Cc}]*?)\s*<([^<>]+)>|[^<>]+)$/u.exec(value.trim()) ?? [];
  const found = address ?? value.trim();
  if (!/^[^\s@<>,;:"()\\]+@[^\s@<>,;:"()\\]+$/.test(found)) return undefined;
  return { name: name === undefined || name === '' ? undefined : name, address: found };
}
