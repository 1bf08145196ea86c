import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.ts';
import { accentComplaint, accentForDark, contrast, parseColor } from '../../../src/config/schema/colors.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'doorward-brand-'));
  mkdirSync(join(dir, 'providers'));
  provider('okta', '');
});
afterEach(() => rmSync(dir, { recursive: true }));

function provider(id: string, more: string): void {
  writeFileSync(
    join(dir, 'providers', `${id}.yaml`),
    `preset: okta\ndomain: ${id}.okta.example\nclientId: a\nclientSecret: b\n${more}`,
  );
}

async function load(more: string) {
  const head = 'baseUrl: https://sso.acme.example\nsecrets: 0123456789abcdef0123456789abcdef\n';
  writeFileSync(join(dir, 'gateway.yaml'), head + more);
  return loadConfig(dir, { env: {} });
}

async function problems(more: string): Promise<string[]> {
  const loaded = await load(more);
  return loaded.ok ? [] : loaded.problems.map(({ line, key, message }) => `${line} ${key}: ${message}`);
}

describe('the look of the pages', () => {
  it('needs nothing', async () => {
    const loaded = await load('');
    expect(loaded.ok && loaded.config.brand).toEqual({
      name: 'Doorward',
      logo: undefined,
      colors: { accent: undefined, accentDark: undefined },
      links: [],
      templates: undefined,
    });
    expect(loaded.ok && loaded.config.admin).toEqual({
      roles: ['admin'],
      groups: [],
      recentAuthentication: 900_000,
    });
  });

  it('is a name, a logo, colours, links and templates', async () => {
    writeFileSync(join(dir, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    mkdirSync(join(dir, 'views'));
    const loaded = await load(
      'brand:\n  name: Acme\n  logo: logo.svg\n  colors: { accent: "#7a1fa2" }\n  templates: views\n  links:\n    - { label: Imprint, url: /imprint }\n',
    );
    expect(loaded.ok && loaded.config.brand).toMatchObject({
      name: 'Acme',
      logo: join(dir, 'logo.svg'),
      colors: { accent: '#7a1fa2' },
      links: [{ label: 'Imprint', url: '/imprint' }],
      templates: join(dir, 'views'),
    });
  });

  it.each([
    [
      'colors: { accent: "#ffcf70" }',
      '4 brand.colors.accent: text in this colour would be hard to read: its contrast is 1.2',
    ],
    [
      'colors: { accentDark: "#14433f" }',
      '4 brand.colors.accentDark: text in this colour would be hard to read',
    ],
    ['colors: { accent: teal }', '4 brand.colors.accent: expected a colour such as #1d5a57, found "teal"'],
    ['logo: nothing.svg', '4 brand.logo: there is no such file'],
    ['logo: gateway.yaml', '4 brand.logo: expected a file whose name ends in .svg or .png'],
    ['templates: gateway.yaml', '4 brand.templates: there is no such folder'],
    [
      'links: [{ label: x, url: "javascript:alert(1)" }]',
      '4 brand.links.0.url: expected a URL, mailto:ADDRESS or a path',
    ],
    [
      'links: [{ label: x, url: "//evil.example" }]',
      '4 brand.links.0.url: expected a URL, mailto:ADDRESS or a path',
    ],
  ])('is refused when it cannot be used: %s', async (line, expected) => {
    expect((await problems(`brand:\n  ${line}\n`)).join('\n')).toContain(expected);
  });

  it('is never made of a colour that cannot be read on dark pages', () => {
    for (const accent of ['#1d5a57', '#000000', '#7a1fa2', '#b00020', '#0a3cff']) {
      expect(accentComplaint(accent, 'light')).toBeUndefined();
      expect(accentComplaint(accentForDark(accent), 'dark')).toBeUndefined();
    }
  });

  it('goes by the contrast of WCAG', () => {
    const [black, white, grey] = ['#000000', '#ffffff', '#767676'].map(parseColor);
    expect(contrast(black!, white!)).toBe(21);
    expect(contrast(grey!, white!)).toBeCloseTo(4.54, 2);
  });
});

describe('email domains of a provider', () => {
  it('are compared without case', async () => {
    provider('okta', 'domains: [Acme.example, other.example]\n');
    const loaded = await load('');
    expect(loaded.ok && loaded.config.providers[0]?.domains).toEqual(['acme.example', 'other.example']);
  });

  it('belong to one provider only', async () => {
    provider('okta', 'domains: acme.example\n');
    provider('okta-eu', 'domains: [x.example, ACME.example]\n');
    expect(await problems('')).toEqual([
      '5 domains: okta-eu.yaml has acme.example too; expected one provider for each domain',
    ]);
  });
});
