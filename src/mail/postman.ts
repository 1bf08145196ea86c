import { createTransport } from 'nodemailer';
import type { Letter } from './letters.ts';

/** Where letters are handed in. */
export interface PostmanOptions {
  readonly host: string;
  readonly port: number;
  /** From the first byte, by STARTTLS or not at all, or none: on this machine only. */
  readonly tls: 'always' | 'starttls' | 'none';
  readonly login: { readonly user: string; readonly secret: string } | undefined;
  readonly from: { readonly name: string | undefined; readonly address: string };
}

export interface Postman {
  /**
   * Hands one letter over; resolves once the server has accepted it.
   * @throws Error of the mail server or the network, whose message says what it answered, and never a password
   */
  send(letter: Letter, to: { readonly name: string | undefined; readonly address: string }): Promise<void>;
}

/** Nobody waits longer for a mail server, milliseconds. */
const patience = 10_000;

/** A connection for each letter: few are sent, and a server that was restarted is no matter. */
export function createPostman(options: PostmanOptions): Postman {
  const { host, port, tls, login, from } = options;
  const transport = createTransport({
    host,
    port,
    secure: tls === 'always',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(login && { auth: { user: login.user, pass: login.secret } }),
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    dnsTimeout: patience,
    // A letter is text that we wrote: nothing is ever read from a file or fetched for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ subject, text, html }, to) {
      await transport.sendMail({
        from: { name: from.name ?? '', address: from.address },
        to: { name: to.name ?? '', address: to.address },
        subject,
        text,
        html,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      });
    },
  };
}
