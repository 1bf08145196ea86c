import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Report } from '../problems.ts';
import { accentForDark } from '../schema/colors.ts';
import type { GatewayFile } from '../schema/gateway-file.ts';
import type { BrandConfig } from '../types.ts';

/** Larger than any logo that people on a telephone should wait for, bytes. */
const largestLogo = 100_000;

/** How the pages present themselves; a logo or folder that cannot be used is a problem of the file. */
export function buildBrand(file: GatewayFile['brand'], dir: string, report: Report): BrandConfig {
  const { name = 'Doorward', colors, links = [] } = file ?? {};
  const accent = colors?.accent;
  return {
    name,
    logo: checked(file?.logo, dir, (found) =>
      !found?.isFile()
        ? 'there is no such file'
        : found.size > largestLogo
          ? `the file has ${Math.ceil(Number(found.size) / 1000)} kB; expected at most 100`
          : undefined,
    )((message) => report.problem('brand.logo', message)),
    colors: {
      accent,
      accentDark: colors?.accentDark ?? (accent === undefined ? undefined : accentForDark(accent)),
    },
    links,
    templates: checked(file?.templates, dir, (found) =>
      found?.isDirectory() ? undefined : 'there is no such folder',
    )((message) => report.problem('brand.templates', message)),
  };
}

type Found = ReturnType<typeof statSync>;

/** The absolute path, after its complaint was told. */
function checked(
  path: string | undefined,
  dir: string,
  complain: (found: Found | undefined) => string | undefined,
): (tell: (message: string) => void) => string | undefined {
  return (tell) => {
    if (path === undefined) return undefined;
    const absolute = resolve(dir, path);
    const message = complain(statSync(absolute, { throwIfNoEntry: false }));
    if (message !== undefined) tell(message);
    return absolute;
  };
}
