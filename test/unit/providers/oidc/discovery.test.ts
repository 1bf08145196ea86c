import { describe, expect, it } from '@jest/globals';
import { discoveryUrl, readDiscovery } from '../../../../src/providers/oidc/discovery.ts';
import { isPrivateHost } from '../../../../src/providers/oidc/private-host.ts';

const document = {
  issuer: 'https://op.example',
  authorization_endpoint: 'https://op.example/authorize',
  token_endpoint: 'https://op.example/token',
  jwks_uri: 'https://keys.example/jwks',
};
const rules = { issuer: 'https://op.example', tenants: [], allowInsecure: false };
const read = (change: object = {}, names: Readonly<Record<string, string[]>> = {}, over: object = {}) =>
  readDiscovery(
    JSON.stringify({ ...document, ...change }),
    { ...rules, ...over },
    async (host) => names[host] ?? [],
  );
const label = (detail: string) => expect.objectContaining({ detail: `oidc.discovery_${detail}` });

describe('the discovery document', () => {
  it.each([
    ['https://op.example', 'https://op.example/.well-known/openid-configuration'],
    ['https://op.example/', 'https://op.example/.well-known/openid-configuration'],
    ['https://op.example/tenant/v2.0', 'https://op.example/tenant/v2.0/.well-known/openid-configuration'],
    ['https://op.example/tenant/', 'https://op.example/tenant/.well-known/openid-configuration'],
  ])('of %s is where the standard says', (issuer, url) => {
    expect(discoveryUrl(issuer)).toBe(url);
  });

  it('tells what we need of it', async () => {
    expect(await read()).toMatchObject({
      userinfo: false,
      par: 'none',
      jwksUri: document.jwks_uri,
      prompts: undefined,
    });
    const more = {
      userinfo_endpoint: 'https://op.example/me',
      pushed_authorization_request_endpoint: 'https://op.example/par',
      prompt_values_supported: ['none', 'login'],
    };
    expect(await read(more)).toMatchObject({ userinfo: true, par: 'offered', prompts: ['none', 'login'] });
    expect(await read({ ...more, require_pushed_authorization_requests: true })).toMatchObject({
      par: 'required',
    });
  });

  it('may not send us to a name that leads inside, where the issuer is outside', async () => {
    const inside = { 'keys.example': ['203.0.113.7', '10.0.0.8'], 'op.example': ['203.0.113.7'] };
    await expect(read({}, inside)).rejects.toEqual(label('private'));
  });

  it('may send us inside where the issuer is inside as well', async () => {
    const inside = { 'keys.example': ['10.0.0.8'], 'op.example': ['10.0.0.7'] };
    await expect(read({}, inside)).resolves.toBeDefined();
    const issuer = 'https://sso.acme.internal';
    await expect(read({ issuer, jwks_uri: 'https://10.0.0.8/jwks' }, {}, { issuer })).resolves.toBeDefined();
  });

  it('may use plain http where the file says so, and nothing else that is not https', async () => {
    const plain = { jwks_uri: 'http://keys.example/jwks' };
    await expect(read(plain)).rejects.toEqual(label('insecure'));
    await expect(read(plain, {}, { allowInsecure: true })).resolves.toBeDefined();
    await expect(read({ jwks_uri: 'data:,{}' }, {}, { allowInsecure: true })).rejects.toEqual(
      label('insecure'),
    );
  });

  it('is refused for a logout or PAR endpoint that leads inside, too', async () => {
    for (const name of [
      'end_session_endpoint',
      'pushed_authorization_request_endpoint',
      'userinfo_endpoint',
    ]) {
      await expect(read({ [name]: 'https://192.168.1.1/' })).rejects.toEqual(label('private'));
    }
  });

  it.each(['', 'null', '[]', '"x"', '<html>', `${'['.repeat(200_000)}`])('is none: %.10s', async (text) => {
    await expect(readDiscovery(text, rules, async () => [])).rejects.toEqual(
      expect.objectContaining({ code: 'idp_unavailable', detail: 'oidc.discovery_malformed' }),
    );
  });

  it('says in the log which issuer was found, shortened', async () => {
    const failure = await read({ issuer: `https://${'a'.repeat(5_000)}` }).catch((error: unknown) => error);
    expect(failure).toEqual(label('issuer'));
    expect(String((failure as Error).cause).length).toBeLessThan(400);
  });
});

describe('a private host', () => {
  it.each([
    'localhost',
    'a.localhost',
    'LOCALHOST',
    'vault',
    'a.internal',
    'a.local',
    'a.local.',
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fd00::1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:7f00:1]',
    'router.home.arpa',
  ])('is %s', (host) => {
    expect(isPrivateHost(host)).toBe(true);
  });

  it.each([
    'op.example',
    'localhost.example',
    'internal.example',
    '8.8.8.8',
    '172.32.0.1',
    '[2001:db8::1]',
    '[::ffff:8.8.8.8]',
    'notlocal.example',
  ])('is not %s', (host) => {
    expect(isPrivateHost(host)).toBe(false);
  });
});
