import { afterAll, describe, expect, it } from '@jest/globals';
import { presetNamed, presetNames } from '../../../src/config/index.ts';
import { samlRecordings } from '../../fixtures/recorded/saml.ts';
import { removeConfigs } from '../../support/config-files.ts';
import { exampleOf } from '../../support/provider-guides.ts';
import { recordedSamlLogin } from '../../support/recorded.ts';

afterAll(removeConfigs);

describe('a login with the file of the guide, and a response in the shape of the product', () => {
  it('is tried for every preset', () => {
    expect(Object.keys(samlRecordings).sort()).toEqual(
      presetNames.filter((name) => presetNamed(name)?.saml !== undefined).sort(),
    );
  });

  it.each(Object.entries(samlRecordings))(
    'at %s brings the person, by SAML',
    async (preset, { recorded, asserted }) => {
      const answer = await recordedSamlLogin(await exampleOf(preset, 'saml'), recorded);
      expect(answer).toMatchObject({ kind: 'asserted', assertion: { provider: preset, ...asserted } });
    },
  );
});

describe('Microsoft Entra ID', () => {
  const { recorded } = samlRecordings['microsoft']!;
  const link = 'http://schemas.microsoft.com/claims/groups.link';

  it('sends a link in place of more than 150 groups, which is never "no groups"', async () => {
    const attributes = (recorded.response.attributes ?? []).filter(({ name }) => !name.endsWith('/groups'));
    const overage = {
      ...recorded,
      response: {
        ...recorded.response,
        attributes: [
          ...attributes,
          { name: link, values: ['https://graph.windows.net/11111111/users/x/getMemberObjects'] },
        ],
      },
    };
    expect(await recordedSamlLogin(await exampleOf('microsoft', 'saml'), overage)).toMatchObject({
      kind: 'asserted',
      assertion: { groups: { kind: 'overage' } },
    });
  });

  it('is taken for another identity provider when the entity id has another form', async () => {
    const other = { ...recorded, entityId: 'https://sts.windows.net/not-a-tenant/' };
    expect(await recordedSamlLogin(await exampleOf('microsoft', 'saml'), other)).toMatchObject({
      assertion: { issuer: 'https://sts.windows.net/not-a-tenant/' },
    });
  });
});
