import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A letter as the server got it. */
export interface ReceivedLetter {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  /** Who sent it, where somebody signed in. */
  readonly user: string | undefined;
}

/** A real SMTP server, on this machine, that keeps what it is given. */
export async function startMailServer(options: SMTPServerOptions = {}) {
  const letters: ReceivedLetter[] = [];
  const state: { refuse: string | undefined } = { refuse: undefined };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      if (password === 'right') callback(null, { user: username });
      else callback(new Error('Invalid username or password'));
    },
    onRcptTo(_address, _session, callback) {
      callback(state.refuse === undefined ? undefined : new Error(state.refuse));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        letters.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
          user: session.user,
        });
        callback();
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    letters,
    state,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The parts of a letter as a person reads them: transfer encodings and encoded words undone (RFC 2045, RFC 2047). */
export function readLetter({ raw }: ReceivedLetter): {
  readonly subject: string;
  readonly to: string;
  readonly text: string;
  readonly html: string;
} {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const header = (name: string): string =>
    decodeWords(new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(head)?.[1] ?? '');
  const part = (type: string): string => {
    const found = new RegExp(
      `Content-Type: ${type}[^]*?Content-Transfer-Encoding: (\\S+)[^]*?\\r\\n\\r\\n([^]*?)\\r\\n--`,
      'i',
    ).exec(raw);
    const [, encoding = '', body = ''] = found ?? [];
    if (encoding.toLowerCase() === 'base64') return Buffer.from(body, 'base64').toString('utf8');
    return encoding.toLowerCase() === 'quoted-printable' ? quoted(body) : body;
  };
  return {
    subject: header('Subject'),
    to: header('To'),
    text: part('text/plain'),
    html: part('text/html'),
  };
}

function decodeWords(text: string): string {
  return text
    .replace(/\r\n[ \t]/g, ' ')
    .replace(/(=\?[^?]+\?[BQ]\?[^?]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, value: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(value, 'base64').toString('utf8')
        : quoted(value.replaceAll('_', ' ')),
    );
}

function quoted(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
