import { resolve } from 'node:path';
import type { SamlHabits } from '../presets/preset.ts';
import { asPem, readCertificate, readPrivateKey } from '../schema/keys.ts';
import type { SamlFile } from '../schema/saml-file.ts';
import type { SamlProviderConfig } from '../types.ts';
import { checkUnusedKeys, fillTemplate } from './fill-template.ts';
import { buildSignals } from './signals.ts';
import { buildCommon, checkSharedId, checkTransport, type ProviderContext } from './provider-common.ts';

/**
 * A SAML provider: the file first, then its preset. Undefined when something without a default is missing.
 * `signing` stays undefined when the file has none: then the gateway makes a key pair and keeps it with its state.
 */
export function buildSaml(
  file: SamlFile,
  habits: SamlHabits,
  context: ProviderContext,
): SamlProviderConfig | undefined {
  const { report, gateway, id } = context;
  const common = buildCommon(file, habits.groups, 'saml', context);
  if (common.admit.emailDomains.length > 0 && !common.trustEmail && !report.spoiled('trustEmail')) {
    report.problem(
      'admit.emailDomains',
      'SAML does not say that an address is verified, so that everybody would be refused; expected trustEmail: true, if nobody can choose their own address there',
    );
  }
  checkSharedId(file, 'attributes.externalId', file.attributes?.externalId, context);
  const entityId = file.entityId ?? (gateway ? `${gateway.baseUrl}${gateway.prefix}/metadata/${id}` : '');
  const idp = idpOf(file, habits, entityId, context);
  const signing = keyPair('signing', file.signing, context);
  const ownDecryption = file.decryption === 'own';
  const decryption = keyPair('decryption', file.decryption === 'own' ? undefined : file.decryption, context);
  const allowInsecure = file.allowInsecure ?? false;
  checkTransport(
    {
      'idp.ssoUrl': file.idp?.ssoUrl,
      'idp.sloUrl': file.idp?.sloUrl,
      'metadata.url': idp?.from === 'url' ? idp.url : undefined,
    },
    allowInsecure,
    context,
  );
  if (!idp) return undefined;
  return {
    ...common,
    signals: buildSignals(file, context),
    protocol: 'saml',
    idp,
    entityId,
    signing,
    decryption,
    ...(ownDecryption && { ownDecryption }),
    nameIdFormat: file.nameIdFormat ?? habits.nameIdFormat,
    wantSigned: file.wantSigned ?? habits.wantSigned,
    attributes: {
      subject: file.attributes?.subject ?? habits.attributes.subject,
      userName: file.attributes?.userName ?? habits.attributes.userName,
      email: file.attributes?.email ?? habits.attributes.email,
      displayName: file.attributes?.displayName ?? habits.attributes.displayName,
      givenName: file.attributes?.givenName ?? habits.attributes.givenName,
      familyName: file.attributes?.familyName ?? habits.attributes.familyName,
      ...(file.attributes?.externalId && { externalId: file.attributes.externalId }),
    },
    ...(habits.personIssuer && { personIssuer: habits.personIssuer }),
    allowUnsolicited: file.allowUnsolicited ?? false,
    allowWeak: file.allowWeak ?? [],
    clockTolerance: file.clockTolerance ?? 60_000,
    maxAuthenticationAge: file.maxAuthenticationAge,
    forceAuthn: file.forceAuthn ?? false,
    allowInsecure,
  };
}

function idpOf(
  file: SamlFile,
  habits: SamlHabits,
  ownEntityId: string,
  { report, dir, presetName }: ProviderContext,
): SamlProviderConfig['idp'] | undefined {
  const { metadata, idp } = file;
  if (metadata && idp) report.problem('idp', 'expected metadata or idp, not both');
  if (idp) {
    return {
      from: 'inline',
      entityId: idp.entityId,
      ssoUrl: idp.ssoUrl,
      sloUrl: idp.sloUrl,
      certificates: idp.certificates.map(asPem),
    };
  }
  if (metadata) {
    const { file: path, url, entityId, signedBy } = metadata;
    const wanted = { entityId, ...(signedBy && { signedBy: signedBy.map(asPem) }) };
    if ((path === undefined) === (url === undefined)) {
      if (!report.spoiled('metadata')) report.problem('metadata', 'expected either file or url');
      return undefined;
    }
    if (path !== undefined) return { from: 'file', path: resolve(dir, path), ...wanted };
    return url === undefined ? undefined : { from: 'url', url, ...wanted };
  }
  if (report.spoiled('metadata') || report.spoiled('idp')) return undefined;
  checkUnusedKeys(habits.metadata, file, presetName, report);
  if (!habits.metadata) {
    report.problem(
      'metadata',
      'missing; expected: metadata with file or url, or idp with the values by hand',
    );
    return undefined;
  }
  const url = fillTemplate(habits.metadata, file, 'metadata with file or url', report, {
    entityId: ownEntityId,
  });
  return url === undefined ? undefined : { from: 'url', url, entityId: undefined };
}

function keyPair(
  name: 'signing' | 'decryption',
  pair: { readonly key: string; readonly certificate: string } | undefined,
  { report }: ProviderContext,
): SamlProviderConfig['signing'] {
  if (!pair) return undefined;
  const key = readPrivateKey(pair.key);
  if (key && readCertificate(pair.certificate)?.checkPrivateKey(key) === false) {
    report.problem(
      `${name}.certificate`,
      `expected the certificate of ${name}.key; this one belongs to another key`,
    );
  }
  return { privateKeyPem: pair.key, certificatePem: asPem(pair.certificate) };
}
