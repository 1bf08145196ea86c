import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { presetNamed, presetNames } from '../../../src/config/index.ts';
import { oidcRecordings } from '../../fixtures/recorded/oidc.ts';
import { removeConfigs } from '../../support/config-files.ts';
import { opKey, type OpKey } from '../../support/hostile-op.ts';
import { exampleOf } from '../../support/provider-guides.ts';
import { recordedOidcLogin } from '../../support/recorded.ts';

let key: OpKey;
beforeAll(async () => void (key = await opKey()));
afterAll(removeConfigs);

describe('a login with the file of the guide, and an answer in the shape of the product', () => {
  it('is tried for every preset', () => {
    expect(Object.keys(oidcRecordings).sort()).toEqual(
      presetNames.filter((name) => presetNamed(name)?.oidc !== undefined).sort(),
    );
  });

  it.each(Object.entries(oidcRecordings))(
    'at %s brings the person, by OpenID Connect',
    async (preset, { recorded, asserted }) => {
      const example = await exampleOf(preset, 'oidc');
      // The look-ups have tests of their own.
      const { lookup: _, ...groups } = example.groups;
      const answer = await recordedOidcLogin({ ...example, groups }, recorded, key);
      expect(answer).toMatchObject({ kind: 'asserted', assertion: { provider: preset, ...asserted } });
    },
  );
});

describe('Microsoft Entra ID', () => {
  const { recorded } = oidcRecordings['microsoft']!;

  it('has its people in too many groups looked up at Microsoft Graph, as the file of the guide says', async () => {
    const { groups: _, ...idToken } = recorded.idToken;
    const graph =
      'https://graph.microsoft.com/v1.0/users/aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb/transitiveMemberOf/microsoft.graph.group';
    const answer = await recordedOidcLogin(
      await exampleOf('microsoft', 'oidc'),
      {
        ...recorded,
        idToken: {
          ...idToken,
          _claim_names: { groups: 'src1' },
          _claim_sources: {
            src1: {
              endpoint:
                'https://graph.windows.net/11111111-2222-3333-4444-555555555555/users/x/getMemberObjects',
            },
          },
        },
        more: {
          [graph]: { value: [{ id: '0f9e8d7c-1111-4222-8333-944445555666', displayName: 'Stewards' }] },
        },
      },
      key,
    );
    expect(answer).toMatchObject({
      kind: 'asserted',
      assertion: { groups: { kind: 'present', names: ['0f9e8d7c-1111-4222-8333-944445555666'] } },
    });
  });

  it.each([
    ['11111111-2222-3333-4444-555555555555', 'asserted'],
    ['99999999-2222-3333-4444-555555555555', 'oidc.tenant'],
  ])('with a list of tenants: a person of %s is %s', async (tid, outcome) => {
    const example = await exampleOf('microsoft', 'oidc');
    if (example.protocol !== 'oidc') throw new Error('not OIDC');
    const { lookup: _, ...groups } = example.groups;
    const several = {
      ...example,
      groups,
      issuer: 'https://login.microsoftonline.com/organizations/v2.0',
      tenants: ['11111111-2222-3333-4444-555555555555'],
    };
    const issuer = 'https://login.microsoftonline.com/{tenantid}/v2.0';
    const login = recordedOidcLogin(
      several,
      {
        discovery: { ...recorded.discovery, issuer },
        idToken: { ...recorded.idToken, tid, iss: issuer.replace('{tenantid}', tid) },
      },
      key,
    );
    const kind = await login.then(
      (answer) => answer.kind,
      (error: { detail?: string }) => error.detail,
    );
    expect(kind).toBe(outcome);
  });
});
