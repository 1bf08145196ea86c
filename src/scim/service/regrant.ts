import type { ScimGroupRecord, ScimStore } from '../../directory/index.ts';
import type { ScimProvider } from '../types.ts';
import { grantedBy } from './content.ts';
import { createEvents } from './events.ts';
import { turn } from './turns.ts';

const piece = 500;

/**
 * The provider's file may have changed since its groups were written: brings the memberships that follow from them in line
 * with its map. What fits already is only read.
 * @returns how many groups were changed
 */
export async function regrant(store: ScimStore, provider: ScimProvider, now: () => number): Promise<number> {
  const fits = ({ displayName, externalId, granted }: ScimGroupRecord) =>
    grantedBy(provider, displayName, externalId) === granted;
  let changed = 0;
  for (let after: string | undefined; ;) {
    const groups: readonly ScimGroupRecord[] = await store.listGroups(provider.id, {
      where: undefined,
      after,
      limit: piece,
    });
    for (const { id } of groups.filter((group) => !fits(group))) {
      const at = now();
      const events = createEvents({ provider, actor: { kind: 'system', name: 'configuration' } }, at);
      const result = await store.changeGroup(
        { provider: provider.id, id },
        (record) => {
          if (fits(record)) return { content: undefined, members: undefined };
          const { displayName, externalId, resource } = record;
          const granted = grantedBy(provider, displayName, externalId);
          return { content: { displayName, externalId, resource, granted }, members: undefined };
        },
        { now: at, many: true },
        (outcome) => events.group('updated', outcome),
      );
      if (result && 'changed' in result && result.changed) changed += 1;
    }
    if (groups.length < piece) return changed;
    after = groups.at(-1)?.id;
    await turn();
  }
}
