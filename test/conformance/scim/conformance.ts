import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { startScimWorld, type ScimWorld } from '../../support/scim-world.ts';
import { scimCases } from './cases/index.ts';
import { bodies } from './bodies.ts';
import { concurrency } from './concurrency.ts';
import { oneIdentity } from './identity.ts';
import { isolation } from './isolation.ts';
import { matching } from './matching.ts';
import { refusals } from './refusals.ts';
import { runCase } from './run-case.ts';
import { sessionsEnd } from './sessions.ts';
import { tokens } from './tokens.ts';

/** What SCIM must do on every database, over real HTTP. */
export function scimConformance(
  name: string,
  setUp: () => Promise<{ directoryUrl: string | undefined; cleanUp: () => Promise<void> }>,
): void {
  describe(`SCIM on ${name}`, () => {
    let world: ScimWorld;
    let cleanUp: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      const made = await setUp();
      cleanUp = made.cleanUp;
      world = await startScimWorld(
        made.directoryUrl === undefined ? {} : { directoryUrl: made.directoryUrl },
      );
    });
    afterAll(async () => {
      await world?.close();
      await cleanUp?.();
    });

    for (const client of new Set(scimCases.map((each) => each.client))) {
      describe(client, () => {
        it.each(scimCases.filter((each) => each.client === client).map((each) => [each.name, each] as const))(
          '%s',
          (_, each) => runCase(world, each),
        );
      });
    }

    for (const part of [sessionsEnd, oneIdentity, matching, isolation, concurrency, tokens, refusals, bodies])
      part(() => world);
  });
}
