import { z } from 'zod';
import { duration, text } from './fields.ts';

/** `audit` of gateway.yaml: how long what happened is kept, and where else it goes. */
export const auditKeys = z
  .strictObject({
    keep: duration('How long records of the audit trail are kept. Default: 400d', {
      min: '1d',
      max: '3650d',
    }).optional(),
    keepTraces: duration(
      'How long traces of sign-ins are kept: claims as they came, which are personal. Default: 14d',
      { min: '0s', max: '400d' },
    ).optional(),
    file: text(
      'A file to which every record is appended as a line of JSON, relative to the configuration directory.',
    ).optional(),
    syslog: text('A syslog server to which every record is sent: udp://HOST:514 or tcp://HOST:601.', {
      show: true,
      complain: (value) => (syslogAddress(value) ? undefined : 'expected udp://HOST:PORT or tcp://HOST:PORT'),
    }).optional(),
  })
  .meta({ description: 'The audit trail.' });

/** `udp://host:port` or `tcp://host:port`, read; undefined when it is neither. */
export function syslogAddress(
  value: string,
): { readonly protocol: 'udp' | 'tcp'; readonly host: string; readonly port: number } | undefined {
  const [, protocol, host, port] =
    /^(udp|tcp):\/\/(\[[0-9a-f:.]+\]|[^\s:/[\]]+)(?::(\d{1,5}))?\/?$/i.exec(value) ?? [];
  if (protocol === undefined || host === undefined) return undefined;
  const kind = protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp';
  const number = port === undefined ? (kind === 'udp' ? 514 : 601) : Number(port);
  if (number < 1 || number > 65_535) return undefined;
  return { protocol: kind, host: host.replace(/^\[|\]$/g, ''), port: number };
}
