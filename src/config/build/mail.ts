import type { Report } from '../problems.ts';
import type { GatewayFile } from '../schema/gateway-file.ts';
import { senderAddress, smtpAddress } from '../schema/mail-keys.ts';
import type { MailConfig } from '../types.ts';

/** The mail server, where there is one. */
export function buildMail({ mail }: GatewayFile, report: Report): MailConfig | undefined {
  if (mail === undefined) return undefined;
  const [server, from] = [smtpAddress(mail.url), senderAddress(mail.from)];
  if (!server || !from) return undefined;
  const user = mail.user ?? server.user;
  const secret = mail.password ?? server.password;
  if (user !== undefined && secret === undefined)
    report.problem('mail.password', 'missing; a user name was given');
  if (user === undefined && secret !== undefined)
    report.problem('mail.user', 'missing; a password was given');
  return {
    host: server.host,
    port: server.port,
    tls: server.tls,
    login: user === undefined || secret === undefined ? undefined : { user, secret },
    from,
    language: mail.language ?? 'en',
    maxPerHour: mail.maxPerHour ?? 200,
  };
}
