import type { AuditConfig, AdminConfig, BrandConfig, Config } from '../../src/config/index.ts';

/** Brand of a gateway whose file names it and nothing else. */
export function testBrand(name: string): BrandConfig {
  return {
    name,
    logo: undefined,
    colors: { accent: undefined, accentDark: undefined },
    links: [],
    templates: undefined,
  };
}

/** The console's rule where the file says nothing. */
export const testAdmin: AdminConfig = { roles: ['admin'], groups: [], recentAuthentication: 900_000 };

/** No policy, no tokens, no other hosts, and no assertion: what tests of other things want out of their way. */
export const testAccess: Pick<Config, 'policy' | 'apps' | 'assertion' | 'tokens' | 'hosts'> = {
  policy: undefined,
  apps: [],
  assertion: undefined,
  tokens: { personal: false, maxAge: 90 * 86_400_000, jwt: [] },
  hosts: [],
};

/** The audit trail's rule where the file says nothing, and keeps nothing elsewhere. */
export const testAudit: AuditConfig = {
  keep: 400 * 86_400_000,
  keepTraces: 14 * 86_400_000,
  file: undefined,
  syslog: undefined,
};
