import { afterAll, describe, expect, it } from '@jest/globals';
import {
  configOf,
  load,
  placed,
  removeConfigs,
  smallGateway,
  smallProvider,
} from '../../support/config-files.ts';

afterAll(removeConfigs);
const files = (scim: string) => ({
  'gateway.yaml': smallGateway,
  'providers/one.yaml': `${smallProvider}${scim}`,
});

describe('scim in a provider’s file', () => {
  it('is off unless the file says so, and everything in it has a default', async () => {
    expect((await configOf(files(''))).providers[0]?.scim).toBeUndefined();
    expect((await configOf(files('scim: {}\n'))).providers[0]?.scim).toEqual({
      match: ['subject'],
      groupsFrom: 'scim',
      onReturn: 'restore',
      requestsPerSecond: 500,
    });
  });

  it('is taken as it is written', async () => {
    const written =
      'scim: { match: [subject, userName], groupsFrom: both, onReturn: new, requestsPerSecond: 50 }\n';
    expect((await configOf(files(written))).providers[0]?.scim).toEqual({
      match: ['subject', 'userName'],
      groupsFrom: 'both',
      onReturn: 'new',
      requestsPerSecond: 50,
    });
  });

  it('matches by an address only with the domains that the provider is trusted for', async () => {
    const { problems } = await load(files('scim:\n  match: email\n'));
    expect(Object.entries(placed(problems))).toEqual([
      [expect.stringContaining('scim.match'), expect.stringContaining('admit.emailDomains')],
    ]);
    const trusted = 'scim: { match: email }\nadmit: { emailDomains: [acme.example] }\n';
    expect((await configOf(files(trusted))).providers[0]?.scim?.match).toEqual(['email']);
  });

  it('names what is wrong with it', async () => {
    const { problems } = await load(
      files('scim: { match: phone, groupsFrom: scmi, onRetrun: new, requestsPerSecond: 5 }\n'),
    );
    const told = JSON.stringify(placed(problems));
    for (const part of ['subject, userName, email', 'groupsFrom', 'onReturn', 'requestsPerSecond'])
      expect(told).toContain(part);
  });
});
