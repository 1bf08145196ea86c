import type { SamlProviderConfig } from '../../config/index.ts';

/**
 * The issuer under which a provider's people are known: its entity id, or what the preset makes of that, so that Entra's
 * `https://sts.windows.net/{tenant}/` and its OpenID issuer are one. An entity id of another form stays as it is.
 */
export function personIssuer(
  entityId: string,
  { personIssuer: rule }: Pick<SamlProviderConfig, 'personIssuer'>,
): string {
  if (rule === undefined) return entityId;
  const [before = '', after = ''] = rule.entityId.split('{tenant}');
  if (!entityId.startsWith(before) || !entityId.endsWith(after)) return entityId;
  const tenant = entityId.slice(before.length, entityId.length - after.length);
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenant)
    ? rule.issuer.replace('{tenant}', tenant)
    : entityId;
}
