import { readFile, stat } from 'node:fs/promises';
import type { SamlProviderConfig } from '../../../config/index.ts';
import { createLastGood } from './last-good.ts';
import type { IdpMetadata } from './metadata.ts';
import { readIdpMetadata } from './reader.ts';
import { firstPause } from './refresh-times.ts';
import type { IdpSource, IdpSourceOptions } from './idp-source.ts';

/** Metadata in a file. It is looked at each time, which costs a stat, and read again when it changed. */
export function fileSource(
  idp: Extract<SamlProviderConfig['idp'], { from: 'file' }>,
  options: Pick<IdpSourceOptions, 'provider' | 'now' | 'log'>,
): IdpSource {
  let seen: { readonly changedAt: number; readonly metadata: IdpMetadata } | undefined;
  const state = createLastGood({
    ...options,
    async load() {
      const { mtimeMs } = await stat(idp.path);
      if (seen?.changedAt !== mtimeMs) {
        seen = { changedAt: mtimeMs, metadata: await readIdpMetadata(await readFile(idp.path, 'utf8'), idp) };
      }
      return seen.metadata;
    },
  });
  return {
    async current() {
      const resting = state.failures > 0 && options.now() - state.attemptAt < firstPause;
      if (!resting) await state.refresh();
      return state.required();
    },
    renew: () => Promise.resolve(false),
    known: () => state.good?.metadata,
    health: state.health,
    start: () => void state.refresh(),
    close: () => Promise.resolve(),
  };
}
