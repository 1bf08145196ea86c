import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { presetNamed, presetNames } from '../../../src/config/index.ts';
import { describedByPreset, factsOf, guides } from '../../../src/providers/index.ts';
import { removeConfigs } from '../../support/config-files.ts';
import { exampleOf, providerGuides } from '../../support/provider-guides.ts';

afterAll(removeConfigs);

const folder = fileURLToPath(new URL('../../../docs/providers', import.meta.url));
const spoken = presetNames.flatMap((name) =>
  (['oidc', 'saml'] as const)
    .filter((protocol) => presetNamed(name)?.[protocol] !== undefined)
    .map((protocol) => [name, protocol] as const),
);

describe('docs/providers', () => {
  // After a change of a guide or preset: UPDATE_DOCS=1 npm run jest -- test/unit/docs
  it('has a page for every preset, as the presets and guides say today', async () => {
    const pages = await providerGuides();
    if (process.env['UPDATE_DOCS'] === '1') {
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, name), text);
    }
    expect(readdirSync(folder).sort()).toEqual(Object.keys(pages).sort());
    for (const [name, text] of Object.entries(pages)) {
      expect({ name, text: readFileSync(join(folder, name), 'utf8') }).toEqual({ name, text });
      // Every placeholder of ours was filled in.
      expect(text).not.toMatch(
        /\{(redirectUri|acs|entityId|metadata|login|signedOut|singleLogout|\w+Logout)\}/,
      );
    }
  });

  it.each(spoken)('shows for %s by %s a file that loads as it stands', async (preset, protocol) => {
    expect(guides[preset]?.[protocol]?.steps).not.toHaveLength(0);
    expect(await exampleOf(preset, protocol)).toMatchObject({ preset, protocol, id: preset });
  });

  it.each(spoken)('gives for %s by %s the same claims with and without a file', async (preset, protocol) => {
    const described = describedByPreset(preset, protocol, preset);
    if (described === undefined) throw new Error('not described');
    const facts = factsOf(described, { baseUrl: 'https://catalog.acme.example', prefix: '/sso' });
    const wanted =
      protocol === 'oidc'
        ? 'https://catalog.acme.example/sso/callback/'
        : 'https://catalog.acme.example/sso/acs/';
    expect(facts.there[0]?.[1]).toBe(wanted + preset);
    const configured = await exampleOf(preset, protocol);
    expect(described.names).toEqual(
      configured.protocol === 'oidc' ? configured.claims : configured.attributes,
    );
  });
});
