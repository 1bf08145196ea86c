import { describe, expect, it } from '@jest/globals';
import { presetNamed } from '../../../../src/config/index.ts';
import { personIssuer } from '../../../../src/providers/saml/person-issuer.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const rule = presetNamed('microsoft')?.saml?.personIssuer;

describe('the issuer of a person', () => {
  it.each([
    [`https://sts.windows.net/${tenant}/`, `https://login.microsoftonline.com/${tenant}/v2.0`],
    // Everything else stays as it is: no tenant, more than a tenant, another host.
    ['https://sts.windows.net/', 'https://sts.windows.net/'],
    ['https://sts.windows.net/common/', 'https://sts.windows.net/common/'],
    [`https://sts.windows.net/${tenant}/x/`, `https://sts.windows.net/${tenant}/x/`],
    [`https://sts.windows.net/${tenant}`, `https://sts.windows.net/${tenant}`],
    [`https://sts.windows.net.evil.example/${tenant}/`, `https://sts.windows.net.evil.example/${tenant}/`],
  ])('of Entra at %s is %s', (entityId, issuer) => {
    expect(personIssuer(entityId, rule === undefined ? {} : { personIssuer: rule })).toBe(issuer);
  });

  it('is the entity id where no preset says otherwise', () => {
    expect(personIssuer(`https://sts.windows.net/${tenant}/`, {})).toBe(`https://sts.windows.net/${tenant}/`);
  });
});
