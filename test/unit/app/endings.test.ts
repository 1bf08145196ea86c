import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { watchEndings } from '../../../src/app/endings.ts';
import type { ProviderConfig } from '../../../src/config/index.ts';
import type { Log } from '../../../src/identity/index.ts';
import { createMetrics } from '../../../src/telemetry/index.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { samlKey } from '../../support/saml-keys.ts';
import { samlConfig } from '../../support/saml-provider.ts';

const day = 86_400_000;
const end = Date.UTC(2027, 2, 31);
const folder = mkdtempSync(join(tmpdir(), 'doorward-endings-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pem = samlKey('sp').certificatePem;
const certificateEnd = new X509Certificate(pem).validToDate.getTime();

function watch(
  providers: readonly ProviderConfig[],
  options: { known?: readonly string[]; tls?: string; at?: number } = {},
) {
  const clock = { now: options.at ?? end - 100 * day };
  const said: string[] = [];
  const say =
    (level: string) =>
    (_fields: unknown, message: string): void =>
      void said.push(`${level}: ${message}`);
  const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  const endings = watchEndings({
    config: { providers, ...(options.tls && { tls: { certificate: options.tls, key: options.tls } }) },
    providers: new Map(
      providers.map(({ id }) => [id, { knownCertificates: () => options.known ?? [] }] as const),
    ),
    keyring: { list: () => Promise.resolve([]) },
    now: () => clock.now,
    log,
  });
  return { endings, clock, said };
}

describe('what ends one day', () => {
  it('is warned of 30, 14 and 3 days before, once each, and when it has ended', async () => {
    const { endings, clock, said } = watch([oidcConfig({ clientSecretExpires: end })]);
    for (let left = 40; left >= -2; left -= 1) {
      clock.now = end - left * day;
      await endings.check();
      await endings.check();
    }
    expect(said).toEqual([
      'warn: the client secret ends in less than 30 days: replace it before',
      'warn: the client secret ends in less than 14 days: replace it before',
      'warn: the client secret ends in less than 3 days: replace it before',
      'error: the client secret has ended: replace it',
    ]);
  });

  it('is the identity provider’s certificate as its metadata have it now, and the federation’s', () => {
    const idp = { from: 'url', url: 'https://i.example', entityId: undefined, signedBy: [pem] } as const;
    const { endings } = watch([samlConfig({ id: 'uni', idp })], { known: [pem] });
    expect(endings.current()).toMatchObject([
      { provider: 'uni', credential: 'idp_signing', endsAt: certificateEnd },
      { provider: 'uni', credential: 'federation', endsAt: certificateEnd },
    ]);
  });

  it('is the certificate of our own listener, and one that cannot be read is told', async () => {
    const path = join(folder, 'tls.pem');
    writeFileSync(path, pem);
    const { endings } = watch([], { tls: path });
    await endings.check();
    expect(endings.current()).toMatchObject([
      { provider: undefined, credential: 'tls', endsAt: certificateEnd },
    ]);
    const without = watch([], { tls: join(folder, 'none.pem') });
    await without.endings.check();
    expect(without.said).toEqual(['warn: when our own certificates end could not be found out']);
  });

  it('is a metric, in days', async () => {
    const { endings } = watch([oidcConfig({ id: 'entra', clientSecretExpires: end })]);
    const metrics = createMetrics({ process: false, now: () => end - 12.5 * day });
    metrics.readFrom({ endings: endings.current });
    expect(await metrics.text()).toContain(
      'doorward_credential_days_left{provider="entra",credential="client_secret"} 12.5',
    );
  });
});
