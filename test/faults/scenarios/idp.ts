import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import { onStage, type Outcome } from '../stage.ts';
import { onServers, type World } from '../topologies.ts';

const scenario = (
  id: string,
  title: string,
  seen: string,
  during: (world: World) => () => void,
): Scenario => ({
  id,
  title,
  seen,
  async run(tell) {
    const world = await onServers();
    try {
      return await onStage(
        world.fleet,
        { provider: 'op', scimToken: world.scimToken, tell },
        async (stage) => {
          let heal = () => {};
          await stage.fault(() => void (heal = during(world)));
          await stage.steady(6_000);
          await stage.over(() => heal());
        },
      );
    } finally {
      await world.stop();
    }
  },
  expect: (outcome) => [...nobodyNoticed(outcome), ...signInsFailed(outcome)],
});

/** Those who are signed in do not need the identity provider. */
function nobodyNoticed({ statuses }: Outcome): string[] {
  return Object.keys(statuses).join() === '202'
    ? []
    : [`signed in and not let in: ${JSON.stringify(statuses)}`];
}

function signInsFailed({ signIns }: Outcome): string[] {
  return signIns.some(({ cookie }) => cookie === undefined) ? [] : ['every sign-in went well: no fault'];
}

/** What the gateway asks itself, without a browser. */
const programs = /token|jwks|me$|\.well-known/;

/** The identity provider. */
export const idpScenarios: readonly Scenario[] = [
  scenario(
    'idp-down',
    'The identity provider hangs up on everybody for 6 s',
    'nothing for those who are signed in; whose browser is sent to the provider sees the error of the browser',
    ({ op }) => {
      op.hangUp = true;
      return () => void (op.hangUp = false);
    },
  ),
  scenario(
    'idp-unreachable',
    'The gateway cannot reach the identity provider for 6 s, people can',
    'nothing for those who are signed in; who comes back from the provider gets a page (502) that says to try again',
    ({ op }) => {
      op.before = (path) => {
        if (programs.test(path)) throw new Error('unreachable');
      };
      return () => void (op.before = () => {});
    },
  ),
  scenario(
    'idp-slow',
    'The identity provider takes 30 s for every answer to the gateway, for 6 s',
    'nothing for those who are signed in; a sign-in under way gets a page (502) after some five seconds',
    ({ op }) => {
      op.before = async (path) => {
        if (programs.test(path)) await sleep(30_000, undefined, { ref: false });
      };
      return () => void (op.before = () => {});
    },
  ),
  scenario(
    'idp-garbage',
    'The identity provider answers every question of the gateway with noise, for 6 s',
    'nothing for those who are signed in; who signs in gets a page (400): the answer could not be verified',
    ({ op }) => {
      op.garbage = true;
      return () => void (op.garbage = false);
    },
  ),
];
