import { X509Certificate } from 'node:crypto';
import type { ProviderConfig } from './types.ts';

/** Something that ends by itself one day, and must be replaced before. */
export interface Ending {
  /** Undefined: of the gateway as a whole. */
  readonly provider: string | undefined;
  /** A stable label, for metrics. */
  readonly credential: Credential;
  /** In words, to be followed by "ends". */
  readonly what: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

export type Credential =
  | 'idp_signing'
  | 'federation'
  | 'our_signing'
  | 'our_decryption'
  | 'client_secret'
  | 'lookup_secret'
  | 'tls';

const day = 86_400_000;
/** Days before the end at which a warning is due. */
const steps = [3, 14, 30] as const;

/** 0 when it has ended, 3, 14 or 30 when it ends within so many days, undefined when that is further off. */
export function endsWithin({ endsAt }: Pick<Ending, 'endsAt'>, now: number): 0 | 3 | 14 | 30 | undefined {
  if (endsAt <= now) return 0;
  return steps.find((days) => endsAt - now <= days * day);
}

/** When the last of these certificates (PEM) ends: in a rollover the new one stands beside the old. Undefined: none can be read. */
export function certificatesEnd(certificates: readonly string[]): number | undefined {
  const ends = certificates.flatMap((pem) => {
    try {
      return [new X509Certificate(pem).validToDate.getTime()];
    } catch {
      return [];
    }
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/**
 * All of a provider that ends and whose end is known.
 * @param known the identity provider's signing certificates (PEM), where its metadata have been read
 */
export function endingsOf(provider: ProviderConfig, known: readonly string[] = []): readonly Ending[] {
  const endings: Ending[] = [];
  const add = (credential: Credential, what: string, endsAt: number | undefined): void => {
    if (endsAt !== undefined) endings.push({ provider: provider.id, credential, what, endsAt });
  };
  add('lookup_secret', "the look-up's secret", provider.groups.lookup?.expires);
  if (provider.protocol === 'oidc') {
    add('client_secret', 'the client secret', provider.clientSecretExpires);
    return endings;
  }
  const { idp, signing, decryption } = provider;
  const theirs = idp.from === 'inline' ? idp.certificates : known;
  add('idp_signing', "the identity provider's signing certificate", certificatesEnd(theirs));
  if (idp.from !== 'inline')
    add('federation', "the federation's signing certificate", certificatesEnd(idp.signedBy ?? []));
  add('our_signing', 'our signing certificate', certificatesEnd(signing ? [signing.certificatePem] : []));
  add(
    'our_decryption',
    'our decryption certificate',
    certificatesEnd(decryption ? [decryption.certificatePem] : []),
  );
  return endings;
}
