import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../../../src/config/index.ts';
import { checkConfig, type Finding } from '../../../src/providers/index.ts';
import { oidcConfig } from '../../support/oidc-rp.ts';
import { startOp, type Op } from '../../support/op.ts';
import { samlConfig } from '../../support/saml-provider.ts';

let op: Op;
beforeAll(async () => {
  op = await startOp('https://catalog.acme.example/sso/callback/op');
});
afterAll(async () => {
  await op.close();
});

type Options = Parameters<typeof checkConfig>[1];
const check = (providers: Config['providers'], options: Partial<Options> = {}): Promise<Finding[]> =>
  checkConfig(
    {
      baseUrl: 'https://catalog.acme.example',
      prefix: '/sso',
      providers,
      admin: { roles: ['admin'], groups: [], recentAuthentication: 1 },
    } as unknown as Config,
    { fetch: globalThis.fetch, now: Date.now, offline: false, known: undefined, ...options },
  );
const found = (findings: readonly Finding[], level: Finding['level']) =>
  findings.filter((finding) => finding.level === level).map((finding) => finding.check);
const oidc = (changes: Parameters<typeof oidcConfig>[0] = {}) =>
  oidcConfig({ issuer: op.issuer, allowInsecure: true, ...changes });

describe('an OpenID provider', () => {
  it('that is in order has nothing against it', async () => {
    const findings = await check([oidc()]);
    expect(found(findings, 'fail')).toEqual([]);
    expect(found(findings, 'ok')).toEqual(
      expect.arrayContaining(['oidc.redirect', 'oidc.discovery', 'oidc.keys', 'clock']),
    );
    expect(findings[0]?.message).toContain('https://catalog.acme.example/sso/callback/');
  });

  it('that does not know the client or its redirect URI is told', async () => {
    const known = await check([oidc({ id: 'op' })]);
    expect(found(known, 'ok')).toContain('oidc.registered');
    expect(found(await check([oidc({ id: 'other' })]), 'warn')).toContain('oidc.registered');
    expect(found(await check([oidc({ id: 'op', clientId: 'nobody' })]), 'warn')).toContain('oidc.registered');
  });

  it('under another issuer fails', async () => {
    expect(found(await check([oidc({ issuer: `${op.issuer}/` })]), 'fail')).toContain('oidc.discovery');
    expect(found(await check([oidc({ issuer: `${op.issuer}/elsewhere` })]), 'fail')).toContain(
      'oidc.discovery',
    );
  });

  it('that signs with nothing the file accepts fails', async () => {
    expect(found(await check([oidc({ idTokenAlgs: ['EdDSA'] })]), 'fail')).toEqual(['oidc.algorithms']);
  });

  it('whose clock is two minutes off fails, and is told by how much', async () => {
    const findings = await check([oidc()], { now: () => Date.now() + 120_000 });
    expect(findings.find((finding) => finding.check === 'clock')).toMatchObject({
      level: 'fail',
      message: expect.stringMatching(/1(19|20|21) s ahead/),
    });
  });

  it('that does not answer is told, and so is a run that asks nobody', async () => {
    expect(found(await check([oidc({ issuer: 'http://127.0.0.1:9' })]), 'warn')).toContain('oidc.reach');
    const asked = op.requests.length;
    await check([oidc()], { offline: true });
    expect(op.requests).toHaveLength(asked);
  });
});

describe('a SAML provider', () => {
  const inline = (certificate: string) =>
    samlConfig({
      idp: {
        from: 'inline',
        entityId: 'https://idp',
        ssoUrl: 'https://idp/sso',
        sloUrl: undefined,
        certificates: [certificate],
      },
    });
  const pem = readFileSync(
    fileURLToPath(new URL('../../fixtures/saml/keys/idp.cert.pem', import.meta.url)),
    'utf8',
  );

  it.each([
    ['in force', 0, 'ok'],
    ['long past', 200 * 365, 'fail'],
    ['not valid yet', -200 * 365, 'fail'],
  ] as const)('with a certificate that is %s', async (_, days, level) => {
    const findings = await check([inline(pem)], {
      now: () => new X509Certificate(pem).validFromDate.getTime() + (days + 1) * 86_400_000,
    });
    expect(findings.find((finding) => finding.check === 'certificate')?.level).toBe(level);
  });

  it('whose metadata is no metadata fails; one that is away is only told', async () => {
    const server = createServer((_, res) => res.end('<html></html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
    const provider = samlConfig({ idp: { from: 'url', url, entityId: undefined } });
    expect(found(await check([provider]), 'fail')).toEqual(['saml.metadata']);
    await new Promise((resolve) => server.close(resolve));
    expect(found(await check([provider]), 'warn')).toContain('saml.reach');
  });
});

describe('the rules', () => {
  it('that lead to no administrator are told', async () => {
    const rule = (map: readonly (readonly [string, string])[]) =>
      oidc({
        groups: { ...oidcConfig().groups, map: [['Stewards', 'stewards']], unmapped: 'ignore' },
        role: { default: 'guest', map },
      });
    expect(found(await check([rule([])]), 'warn')).toContain('admin');
    expect(found(await check([rule([['stewards', 'admin']])]), 'ok')).toContain('admin');
    const known = { groups: new Set<string>(), hasMember: async () => false };
    expect(found(await check([rule([['nobody', 'admin']])], { known }), 'warn')).toEqual(
      expect.arrayContaining(['groups', 'admin']),
    );
  });
});
