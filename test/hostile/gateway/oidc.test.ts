import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeConfigs } from '../../support/config-files.ts';
import { startBench } from '../oidc/bench.ts';
import { type OidcCase, play, summary, titleOf } from '../oidc/case.ts';
import { oidcCases } from '../oidc/cases.ts';
import { hostileConfig, kinds, openPlace, type Place } from './gateway.ts';
import { type OidcFront, startOidcFront } from './oidc-front.ts';

/** What the case comes to at the whole gateway, which knows more: the rules of the file, and stores that forget by themselves. */
function atGateway({ sentence, expected }: OidcCase, kind: string): unknown {
  if (sentence === 'a state that is older than a person may take' && kind === 'SQLite') {
    return { failed: 'login_state_unknown', detail: 'flow.unknown' };
  }
  if (!('asserted' in expected)) return expected;
  const { groups, ...rest } = expected.asserted as { groups?: { kind: string; names?: readonly string[] } };
  if (groups === undefined) return expected;
  if (groups.kind === 'overage') return { refused: 'groups_overage' };
  return { asserted: { ...rest, groups: { kind: 'present', names: groups.names ?? [] } } };
}

describe.each(kinds)('the whole gateway, sessions in %s: a hostile OpenID provider', (kind) => {
  let place: Place;
  let bench: Awaited<ReturnType<typeof startBench>>;
  let front: OidcFront;
  beforeAll(async () => {
    place = await openPlace(kind);
    bench = await startBench();
    front = await startOidcFront(place, await hostileConfig());
  });
  afterAll(async () => {
    await front.close();
    await bench.close();
    await place.close();
    removeConfigs();
  });

  it.each(oidcCases.map((one) => [one.row, titleOf(one), one] as const))(
    '%i: %s',
    async (_row, _title, one: OidcCase) => {
      const { rp, complaints } = front;
      rp.said.length = 0;
      complaints.length = 0;
      // Groups that a provider says nothing of are kept: what they were before must be known.
      if ('asserted' in one.expected && 'groups' in one.expected.asserted) front.forgetPeople();
      const expected = atGateway(one, kind);
      const outcome = await play(one, { op: bench.op, keys: bench.keys, rp });
      expect(summary(outcome, one.expected)).toEqual(expected);
      expect(complaints).toEqual([]);
      expect(rp.said.join('\n')).not.toMatch(/eyJ|a-client-secret|Bearer|Basic |code=/);
    },
  );
});
