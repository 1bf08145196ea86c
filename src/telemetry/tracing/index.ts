/**
 * tracing: what one request took, and where.
 *
 * Owns the settings, and the way to OpenTelemetry, whose SDK is loaded only where traces are wanted. The rooms know only
 * {@link Tracing}, and say what a part is called; what they say of it are names and counts.
 *
 *   trusted proxy ──traceparent──▶ request ─▶ strategy ─▶ jit ─▶ stores ─▶ batch ──OTLP──▶ receiver
 *                                     └─▶ built-in proxy ──traceparent──▶ application
 */
import type { Log } from '../../identity/index.ts';
import { traceSettings } from './settings.ts';
import { noTracing, type Tracing } from './types.ts';

export { noTracing, type SpanFields, type Tracing } from './types.ts';

/** Traces as the file and the environment want them. */
export async function createTracing(
  file: Parameters<typeof traceSettings>[0],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly log: Log;
  },
): Promise<Tracing> {
  const settings = traceSettings(file, options.env);
  if (settings === undefined) return noTracing;
  const { otlpTracing } = await import('./otlp.ts');
  options.log.info({ share: settings.share }, 'traces are sent');
  return otlpTracing(settings, options);
}
