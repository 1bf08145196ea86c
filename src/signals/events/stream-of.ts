import type { Config } from '../../config/index.ts';
import { createTransmitter } from '../../providers/index.ts';
import { createStream, type Stream, type StreamDeps } from './stream.ts';
import { transmitterOf } from './transmitter.ts';

/** The stream of a configured provider's events; undefined when its file names no sender, or there is no such provider. */
export function streamOf(
  config: Pick<Config, 'baseUrl' | 'prefix' | 'providers'>,
  provider: string,
  world: Pick<StreamDeps, 'transient' | 'now' | 'sleep'> & { readonly fetch?: typeof globalThis.fetch },
): Stream | undefined {
  const file = config.providers.find(({ id }) => id === provider);
  if (file?.signals === undefined) return undefined;
  const { now, fetch = globalThis.fetch } = world;
  return createStream({
    ...world,
    provider,
    signals: file.signals,
    endpoint: `${config.baseUrl}${config.prefix}/events/${provider}`,
    transmitter: createTransmitter(transmitterOf(file.signals, file.allowInsecure, { now, fetch })),
  });
}
