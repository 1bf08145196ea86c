import type { OidcFile } from '../schema/oidc-file.ts';
import type { SignalsConfig } from '../types.ts';
import { checkTransport, type ProviderContext } from './provider-common.ts';

/** The security events of a provider's file, defaults filled in. */
export function buildSignals(
  file: Partial<Pick<OidcFile, 'signals' | 'clientId' | 'allowInsecure'>>,
  context: ProviderContext,
): SignalsConfig | undefined {
  const { signals } = file;
  if (signals === undefined) return undefined;
  const { issuer, jwksUrl, secret, token, poll } = signals;
  const addresses = { 'signals.issuer': issuer, 'signals.jwksUrl': jwksUrl, 'signals.poll.url': poll?.url };
  checkTransport(addresses, file.allowInsecure ?? false, context);
  const { gateway, id } = context;
  const endpoint = gateway === undefined ? '' : `${gateway.baseUrl}${gateway.prefix}/events/${id}`;
  return {
    issuer,
    jwksUrl,
    audience: signals.audience ?? [endpoint, ...(file.clientId === undefined ? [] : [file.clientId])],
    secret,
    token,
    poll: poll && { url: poll.url, every: poll.every ?? 60_000 },
  };
}
