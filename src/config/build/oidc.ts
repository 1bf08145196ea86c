import { missing } from '../check/word-issue.ts';
import type { OidcHabits } from '../presets/preset.ts';
import type { OidcFile } from '../schema/oidc-file.ts';
import type { OidcProviderConfig, RecheckConfig } from '../types.ts';
import { checkUnusedKeys, fillTemplate } from './fill-template.ts';
import { buildSignals } from './signals.ts';
import { buildCommon, checkSharedId, checkTransport, type ProviderContext } from './provider-common.ts';

/** An OIDC provider: the file first, then its preset. Undefined when something without a default is missing. */
export function buildOidc(
  file: OidcFile,
  habits: OidcHabits,
  context: ProviderContext,
): OidcProviderConfig | undefined {
  const { report, jsonSchema } = context;
  const common = buildCommon(file, habits.groups, 'oidc', context);
  const issuer = issuerOf(file, habits, context);
  const clientAuth = clientAuthOf(file, habits, context);
  if (file.clientId === undefined && !report.spoiled('clientId')) {
    report.problem('clientId', missing(jsonSchema(), ['clientId']));
  }
  const allowInsecure = file.allowInsecure ?? false;
  checkTransport({ issuer }, allowInsecure, context);
  if (issuer === undefined || clientAuth === undefined || file.clientId === undefined) return undefined;
  checkSharedId(file, 'claims.externalId', file.claims?.externalId, context);
  return {
    ...common,
    signals: buildSignals(file, context),
    protocol: 'oidc',
    issuer,
    clientId: file.clientId,
    clientAuth,
    ...(file.clientSecretExpires !== undefined && { clientSecretExpires: file.clientSecretExpires }),
    scopes: scopesOf(file, habits),
    idTokenAlgs: file.idTokenAlgs ?? habits.idTokenAlgs,
    claims: {
      subject: file.claims?.subject ?? habits.claims.subject,
      userName: file.claims?.userName ?? habits.claims.userName,
      email: file.claims?.email ?? habits.claims.email,
      displayName: file.claims?.displayName ?? habits.claims.displayName,
      givenName: file.claims?.givenName ?? habits.claims.givenName,
      familyName: file.claims?.familyName ?? habits.claims.familyName,
      ...(file.claims?.externalId && { externalId: file.claims.externalId }),
    },
    allowInsecure,
    clockTolerance: file.clockTolerance ?? 60_000,
    recheck: recheckOf(file, habits, context),
    tenants: (file.tenants ?? []).map((tenant) => tenant.toLowerCase()),
  };
}

/** Refresh tokens are asked for by a scope (OpenID Connect Core 1.0, section 11), unless the file names its scopes itself. */
function scopesOf(file: OidcFile, habits: OidcHabits): readonly string[] {
  const refresh = file.recheck !== undefined && habits.refreshScope !== false ? ['offline_access'] : [];
  return [...new Set(['openid', ...(file.scopes ?? [...habits.scopes, ...refresh])])];
}

function recheckOf(
  file: OidcFile,
  habits: OidcHabits,
  { report, presetName }: ProviderContext,
): RecheckConfig | undefined {
  if (file.recheck === undefined) return undefined;
  if (habits.refreshTokens === false) {
    report.problem('recheck', `the preset ${presetName} gives no refresh tokens at a sign-in`);
  }
  const { every = 30 * 60_000, whenUnreachable = 8 * 3_600_000 } = file.recheck;
  if (whenUnreachable < every) {
    report.problem('recheck.whenUnreachable', 'expected no less than recheck.every');
  }
  return { every, whenUnreachable };
}

function issuerOf(
  file: OidcFile,
  habits: OidcHabits,
  { report, presetName, jsonSchema }: ProviderContext,
): string | undefined {
  if (file.tenants !== undefined && habits.issuerOfTenants === undefined) {
    report.problem('tenants', `means nothing to the preset ${presetName}`);
  }
  if (file.tenants !== undefined && file.tenant !== undefined) {
    report.problem('tenants', 'expected tenant or tenants, not both');
  }
  if (file.issuer !== undefined) return file.issuer;
  if (report.spoiled('issuer')) return undefined;
  const several = file.tenants !== undefined || report.spoiled('tenants');
  if (several && habits.issuerOfTenants !== undefined) return habits.issuerOfTenants;
  checkUnusedKeys(habits.issuer, file, presetName, report);
  if (habits.issuer) return fillTemplate(habits.issuer, file, 'issuer', report);
  report.problem('issuer', missing(jsonSchema(), ['issuer']));
  return undefined;
}

function clientAuthOf(
  file: OidcFile,
  habits: OidcHabits,
  { report, jsonSchema }: ProviderContext,
): OidcProviderConfig['clientAuth'] | undefined {
  const { clientSecret, privateKey } = file;
  const keyed = privateKey !== undefined || report.spoiled('privateKey');
  const method = file.clientAuth ?? (keyed ? 'private_key_jwt' : habits.clientAuth);
  const lacking = (key: 'clientSecret' | 'privateKey') => {
    if (!report.spoiled(key) && !report.spoiled('clientAuth'))
      report.problem(key, missing(jsonSchema(), [key]));
    return undefined;
  };
  if (
    file.clientSecretExpires !== undefined &&
    clientSecret === undefined &&
    !report.spoiled('clientSecret')
  ) {
    report.problem('clientSecretExpires', 'means nothing without clientSecret');
  }
  if (method === 'none') {
    if (clientSecret !== undefined)
      report.problem('clientSecret', 'expected no secret beside clientAuth: none');
    return { method };
  }
  if (method === 'private_key_jwt') {
    if (clientSecret !== undefined) {
      report.problem('clientSecret', 'expected a secret or a private key, not both');
    }
    if (privateKey === undefined) return lacking('privateKey');
    return { method, privateKeyPem: privateKey, keyId: file.keyId };
  }
  if (privateKey !== undefined)
    report.problem('privateKey', `expected no private key beside clientAuth: ${method}`);
  return clientSecret === undefined ? lacking('clientSecret') : { method, secret: clientSecret };
}
