import { pino, type DestinationStream } from 'pino';
import type { Log } from '../identity/index.ts';
import { clean } from './clean.ts';
import { maskText } from './mask.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Where lines go; standard output by default. */
  readonly stream?: DestinationStream;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * The log: one JSON line an event, `time` in ISO 8601 (UTC), `service: doorward`. Fields and messages are searched
 * for secrets first, so that a careless caller does no harm. A line that cannot be written is dropped; it never throws.
 */
export function createLogger({ level, stream, now = Date.now }: LoggerOptions): Log {
  const options = {
    level,
    base: { service: 'doorward' },
    timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
    // Errors are plain objects by then; pino's own way with `err` would lose their type.
    serializers: { err: (value: unknown) => value },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = stream ? pino(options, stream) : pino(options);
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      if (!logger.isLevelEnabled(name)) return;
      const { level: _, time: __, service: ___, msg: ____, ...rest } = clean(fields);
      logger[name](rest, maskText(message));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
