import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type BrandConfig, mixColors } from '../config/index.ts';

/** What the configured brand puts in place of our own static files. */
export interface BrandFiles {
  /** Name of the logo among the static files. */
  readonly logo: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

/**
 * The style sheet with the brand's colours at its end, and its logo. Read once; throws when the logo cannot be read.
 * Hover shades are mixed from the accent, away from the page's ground, so that they read at least as well.
 */
export function brandFiles(brand: BrandConfig, staticDirectory: string): BrandFiles {
  const files = new Map<string, Buffer>();
  const { accent, accentDark } = brand.colors;
  if (accent !== undefined || accentDark !== undefined) {
    const sheet = readFileSync(join(staticDirectory, 'doorward.css'), 'utf8');
    const light = accent === undefined ? '' : `:root{${colors(accent, '#000000')}}\n`;
    const dark =
      accentDark === undefined
        ? ''
        : `@media (prefers-color-scheme:dark){:root{${colors(accentDark, '#ffffff')}}}\n`;
    files.set('doorward.css', Buffer.from(`${sheet}\n${light}${dark}`));
  }
  if (brand.logo === undefined) return { logo: 'door.svg', files };
  const logo = `logo${extname(brand.logo).toLowerCase()}`;
  files.set(logo, readFileSync(brand.logo));
  return { logo, files };
}

function colors(accent: string, toward: string): string {
  return `--accent:${accent};--accent-deep:${mixColors(accent, toward, 0.25)}`;
}
