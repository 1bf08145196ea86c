/** Where traces go, and how many of them. */
export interface TraceSettings {
  /** Address of the receiver for traces (OTLP over HTTP); undefined: as the environment says. */
  readonly endpoint: string | undefined;
  /** What the receiver wants in its headers. Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Share of the requests that begin a trace, from 0 to 1. */
  readonly share: number;
  /** What a trusted proxy decided for its request counts, whatever the share. */
  readonly followsProxy: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the file and the standard variables of OpenTelemetry say together; the file wins. Undefined: no traces are wanted.
 * `OTEL_SDK_DISABLED=true` and `OTEL_TRACES_EXPORTER=none` switch them off whatever else is said. What else the exporter
 * reads for itself (headers, time limit, compression, certificates) is left to it.
 */
export function traceSettings(
  file:
    | {
        readonly endpoint: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly share: number;
      }
    | undefined,
  env: Environment,
): TraceSettings | undefined {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  if (env['OTEL_TRACES_EXPORTER']?.trim() === 'none') return undefined;
  if (file !== undefined) return { ...file, followsProxy: true };
  const named = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (named === undefined || named.trim() === '') return undefined;
  return { endpoint: undefined, headers: {}, ...samplerOf(env) };
}

/** `OTEL_TRACES_SAMPLER` and its argument, as the specification of OpenTelemetry's SDKs has them. */
function samplerOf(env: Environment): Pick<TraceSettings, 'share' | 'followsProxy'> {
  const name = env['OTEL_TRACES_SAMPLER']?.trim() || 'parentbased_always_on';
  const followsProxy = name.startsWith('parentbased_');
  const given = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  const share = given >= 0 && given <= 1 ? given : 1;
  if (name.endsWith('always_off')) return { share: 0, followsProxy };
  return { share: name.endsWith('traceidratio') ? share : 1, followsProxy };
}
