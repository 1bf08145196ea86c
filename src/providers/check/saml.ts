import { readFile } from 'node:fs/promises';
import type { SamlProviderConfig } from '../../config/index.ts';
import { toFailure } from '../../identity/index.ts';
import { download, federation, oneEntity } from '../saml/idp/download.ts';
import type { IdpMetadata } from '../saml/idp/metadata.ts';
import { readIdpMetadata } from '../saml/idp/reader.ts';
import { checkCertificates } from './certificates.ts';
import { checkClock } from './clock.ts';
import { findingsOf, type Finding } from './finding.ts';
import type { CheckContext } from './oidc.ts';

/** Reads a SAML provider's metadata and certificates, and looks at what would keep people out. Never throws. */
export async function checkSaml(
  config: SamlProviderConfig,
  context: CheckContext,
  reach: boolean,
): Promise<Finding[]> {
  const { ok, warn, fail } = findingsOf(config.id);
  const { baseUrl, prefix, now } = context;
  const findings: Finding[] = [
    ok(
      'saml.acs',
      `register this ACS at the provider: ${baseUrl}${prefix}/acs/${config.id}, entity id ${config.entityId}`,
    ),
  ];
  if (config.signing)
    findings.push(...checkCertificates(config.id, 'our signing', [config.signing.certificatePem], now()));
  const { idp } = config;
  if (idp.from === 'inline') {
    return [...findings, ...checkCertificates(config.id, "the identity provider's", idp.certificates, now())];
  }
  if (idp.from === 'url' && !reach) return findings;
  try {
    const { text, clock } =
      idp.from === 'file'
        ? { text: await readFile(idp.path, 'utf8'), clock: [] }
        : await fetchMetadata(idp, config, context);
    findings.push(...clock);
    const metadata = await readIdpMetadata(text, idp);
    findings.push(
      ok('saml.metadata', `the metadata describes ${metadata.entityId}`),
      ...checkMetadata(metadata, config, now()),
    );
  } catch (error) {
    const { detail } = toFailure(error);
    const message = Error.isError(error) && detail === undefined ? error.message : detail;
    findings.push(
      idp.from === 'url' && detail === undefined
        ? warn(
            'saml.reach',
            `the metadata cannot be fetched from ${idp.url}, and nobody can sign in there while this is so (${message})`,
          )
        : fail('saml.metadata', `the metadata cannot be used (${message})`),
    );
  }
  return findings;
}

async function fetchMetadata(
  { url, signedBy }: Extract<SamlProviderConfig['idp'], { from: 'url' }>,
  config: SamlProviderConfig,
  { fetch, now }: CheckContext,
): Promise<{ text: string; clock: Finding[] }> {
  let clock: Finding[] = [];
  const document = await download(
    async (address, init) => {
      const asked = now();
      const response = await fetch(address, init);
      clock = checkClock(config.id, response.headers.get('date'), asked, now(), config.clockTolerance);
      return response;
    },
    url,
    signedBy === undefined ? oneEntity : federation,
  );
  if (document === 'unchanged') throw new Error('HTTP 304');
  return { text: document.text, clock };
}

function checkMetadata(metadata: IdpMetadata, config: SamlProviderConfig, now: number): Finding[] {
  const { warn, fail } = findingsOf(config.id);
  const findings = checkCertificates(config.id, "the identity provider's", metadata.certificates, now);
  if (metadata.ssoRedirectUrl === undefined && metadata.ssoPostUrl === undefined) {
    findings.push(
      fail('saml.endpoint', 'the metadata names no SingleSignOnService by HTTP-Redirect or HTTP-POST.'),
    );
  }
  if (metadata.validUntil !== undefined && metadata.validUntil <= now) {
    findings.push(fail('saml.metadata', 'the metadata is past its validUntil.'));
  }
  if (metadata.sloRedirectUrl === undefined && metadata.sloPostUrl === undefined) {
    findings.push(
      warn(
        'saml.logout',
        'the metadata names no SingleLogoutService: signing out ends only the session here.',
      ),
    );
  }
  return findings;
}
