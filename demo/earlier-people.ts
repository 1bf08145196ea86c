import { withStores } from '../src/app.ts';
import { formatProblems, loadConfig } from '../src/config/index.ts';
import { populate } from './population.ts';

/**
 * Fills the empty stores with people who have been here for two weeks, so that the console has something to show. They have
 * no account at the demo's identity providers: nobody can sign in as one of them.
 */
export async function bringEarlierPeople(
  config: string,
  people: number,
  providers: readonly { readonly id: string; readonly issuer: string }[],
): Promise<void> {
  const loaded = await loadConfig(config, { env: process.env });
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems, { color: false }));
  await withStores(loaded.config, (stores) =>
    populate(stores, { people, providers, seed: 4180, now: Date.now() }),
  );
}
