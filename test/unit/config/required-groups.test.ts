import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.ts';

it("takes a required group that is the provider's own and that no line of the map hands out", async () => {
  const dir = await mkdtemp(join(tmpdir(), 'doorward-required-'));
  try {
    await mkdir(join(dir, 'providers'));
    await writeFile(
      join(dir, 'gateway.yaml'),
      `baseUrl: https://sso.acme.example\nsecrets: ["${'x'.repeat(40)}"]\n`,
    );
    await writeFile(
      join(dir, 'providers', 'okta.yaml'),
      [
        'preset: okta',
        'label: Okta',
        'issuer: https://acme.okta.example',
        'clientId: 0oa1b2c3',
        'clientSecret: ${env:OKTA_CLIENT_SECRET}',
        'admit: { emailDomains: [acme.example], requireGroups: [catalog-users] }',
        'jit: { create: true }',
        'groups:',
        '  claim: groups',
        '  whenMissing: keep',
        '  map: { "Data Engineering": engineers, "0f9e-1": stewards }',
        '  unmapped: ignore',
        'role: { default: guest, map: { stewards: admin } }',
      ].join('\n'),
    );
    const loaded = await loadConfig(dir, { env: { OKTA_CLIENT_SECRET: 'of a test' } });
    expect(loaded).toMatchObject({
      ok: true,
      config: { providers: [{ admit: { requireGroups: ['catalog-users'] } }] },
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});
