/**
 * check: finds what would lock people out before it does.
 *
 *   Config ─▶ each provider's documents, keys, certificates, clock ─▶ rules that can come about ─▶ Finding[]
 */
import { readFile } from 'node:fs/promises';
import { endingsOf, type Config } from '../../config/index.ts';
import { checkCertificates } from './certificates.ts';
import { checkDated } from './dated.ts';
import type { Finding } from './finding.ts';
import { checkOidc, type CheckContext } from './oidc.ts';
import { checkRules, type KnownPeople } from './rules.ts';
import { checkSaml } from './saml.ts';

export type { Finding } from './finding.ts';
export type { KnownPeople } from './rules.ts';

/**
 * Looks at a configuration that has no mistakes in its text: reaches each identity provider (unless `offline`), and
 * changes nothing. Never throws.
 */
export async function checkConfig(
  config: Config,
  options: Pick<CheckContext, 'fetch' | 'now'> & { offline: boolean; known: KnownPeople | undefined },
): Promise<Finding[]> {
  const { offline, known } = options;
  const context: CheckContext = { ...options, baseUrl: config.baseUrl, prefix: config.prefix };
  const providers = await Promise.all(
    config.providers.map((provider) => {
      if (provider.protocol === 'saml') return checkSaml(provider, context, !offline);
      return offline ? [] : checkOidc(provider, context);
    }),
  );
  const dated = config.providers.flatMap((provider) => checkDated(endingsOf(provider), options.now()));
  return [
    ...providers.flat(),
    ...dated,
    ...(await checkTls(config, options.now())),
    ...(await checkRules(config, known)),
  ];
}

/** The certificate of our own listener. */
async function checkTls({ tls }: Pick<Config, 'tls'>, now: number): Promise<Finding[]> {
  if (tls === undefined) return [];
  try {
    return checkCertificates(undefined, 'the TLS', [await readFile(tls.certificate, 'utf8')], now);
  } catch {
    const message = `the TLS certificate cannot be read from ${tls.certificate}: the gateway will not start.`;
    return [{ level: 'fail', provider: undefined, check: 'certificate', message }];
  }
}
