import type { AdminConfig, BrandConfig } from '../../src/config/index.ts';

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
