import { describe, expect, it } from '@jest/globals';
import { givenIdps } from './idps/given.ts';
import { describeJourneys } from './journeys.ts';

const idps = givenIdps();

describe('the identity providers given by DOORWARD_INTEROP_IDPS', () => {
  it('are as many as the file names', () => {
    expect(idps).toHaveLength(process.env['DOORWARD_INTEROP_IDPS'] === undefined ? 0 : idps.length || 1);
  });
});
// What only its own administrator could bring about is left out.
for (const idp of idps) describeJourneys(idp, ['refused', 'rotation', 'logoutThere', 'loggedOutThere']);
