import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exit, run } from '../../../src/cli/index.ts';
import { gatewaySecret, removeConfigs, writeConfig } from '../../support/config-files.ts';
import { startOp, type Op } from '../../support/op.ts';

let op: Op;
beforeAll(async () => void (op = await startOp('http://127.0.0.1:4180/sso/callback/op')));
afterAll(async () => {
  await op.close();
  removeConfigs();
});

const gateway = `baseUrl: http://127.0.0.1:4180\nsecrets: [${JSON.stringify(gatewaySecret)}]\n`;
const provider = (more = '', issuer = op.issuer) =>
  `preset: oidc\nissuer: ${issuer}\nallowInsecure: true\nclientId: c\nclientSecret: not shown\nscopes: [openid]\n${more}`;
const admin = 'groups: { map: { A: stewards } }\nrole: { map: { stewards: admin } }\n';
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function check(file: string, ...options: string[]) {
  const said = { out: '', err: '' };
  const cwd = writeConfig({ 'gateway.yaml': gateway, 'providers/op.yaml': file });
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    env: {},
    cwd,
    color: false,
  };
  const code = await run(['config', 'check', '--config', '.', ...options], terminal);
  return { code, ...said };
}

describe('doorward config check', () => {
  it('says one line a finding, and exits with 0 when nothing locks anybody out', async () => {
    const { code, out } = await check(provider(admin));
    expect(code).toBe(exit.ok);
    expect(out).toMatch(/^✓ op: the discovery document names the issuer/m);
    expect(out).toMatch(/^✓ op: \d+ signing keys? at /m);
    expect(out).toMatch(/^✓ op: our clock is 0 s /m);
    expect(out).toMatch(/^✓ op: register this redirect URI .*\/sso\/callback\/op$/m);
    expect(out).toMatch(/^✓ administrators come by "stewards"$/m);
    expect(out).not.toMatch(/^✗/m);
    expect(out.trimEnd().split('\n')).toEqual(out.match(/^[✓⚠✗] .+$/gm));
    expect(out).not.toContain('not shown');
  });

  it('exits with 1 for what locks people out', async () => {
    const { code, out } = await check(provider(admin, `${op.issuer}/elsewhere`));
    expect(code).toBe(exit.no);
    expect(out).toMatch(/^✗ op: .*is the issuer right\?$/m);
  });

  it('asks nobody with --offline, and says so', async () => {
    const asked = op.requests.length;
    const { code, out } = await check(provider(admin, `${op.issuer}/elsewhere`), '--offline');
    expect([code, op.requests.length]).toEqual([exit.ok, asked]);
    expect(out).toMatch(/^⚠ offline: no identity provider was asked$/m);
  });

  it('gives all of it as JSON for scripts', async () => {
    const { code, out } = await check(provider(''), '--json', '--offline');
    expect(code).toBe(exit.ok);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      problems: [],
      findings: expect.arrayContaining([expect.objectContaining({ level: 'warn', check: 'admin' })]),
    });
    const broken = await check('preset: oidc\nclientID: x\n', '--json');
    expect(broken.code).toBe(exit.no);
    expect(JSON.parse(broken.out)).toMatchObject({ ok: false, findings: [] });
    expect(JSON.parse(broken.out).problems.length).toBeGreaterThan(0);
  });

  it.each([
    [60, '✓', 'ends on', exit.ok],
    [29, '⚠', 'Plan the change', exit.ok],
    [2, '⚠', 'Replace it now', exit.ok],
    [-1, '✗', 'ended on', exit.no],
  ] as const)('says of a client secret with %i days to go: %s', async (days, mark, words, code) => {
    const found = await check(provider(`${admin}clientSecretExpires: ${inDays(days)}\n`), '--offline');
    expect(found.code).toBe(code);
    const line = found.out.split('\n').find((each) => each.includes('the client secret'));
    expect(line?.startsWith(`${mark} op: `)).toBe(true);
    expect(line).toContain(words);
  });

  it('takes no day that is none', async () => {
    const { code, err } = await check(provider('clientSecretExpires: 2027-02-31\n'));
    expect(code).toBe(exit.no);
    expect(err).toContain('expected a day such as 2027-03-31');
  });
});
