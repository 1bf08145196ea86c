import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is said of a span. Names of things and counts; never a value that a person, a cookie or a token brought. */
export type SpanFields = Readonly<Record<string, string | number | boolean>>;

/**
 * Traces (OpenTelemetry): what a login took, and where. Everything is a plain call where nobody wants traces, or where the
 * request is not one of those that are recorded.
 */
export interface Tracing {
  /** False: whatever is asked of it does nothing. */
  readonly enabled: boolean;
  /**
   * One request to the gateway, answered by `work` and by whatever that starts. `believed`: its `traceparent` comes from a
   * proxy that is trusted, and the trace goes on (W3C Trace Context); otherwise a new one begins.
   */
  request(
    req: IncomingMessage,
    res: ServerResponse,
    about: { readonly route: string; readonly believed: boolean },
    work: () => void,
  ): void;
  /** One part of the request that is being traced: until the promise settles that `work` gives, where it gives one. */
  span<T>(name: string, fields: SpanFields, work: () => T): T;
  /** The same, for a question to somebody else. */
  client<T>(name: string, fields: SpanFields, work: () => T): T;
  /** Says something more of the part at hand. */
  note(fields: SpanFields): void;
  /** `traceparent` and `tracestate` for the application that a request is handed to; undefined when nothing is traced. */
  headers(): Readonly<Record<string, string>> | undefined;
  /** Sends what is waiting, for at most a few seconds. Never rejects. */
  close(): Promise<void>;
}

/** Nobody wants traces. */
export const noTracing: Tracing = {
  enabled: false,
  request: (_req, _res, _about, work) => work(),
  span: (_name, _fields, work) => work(),
  client: (_name, _fields, work) => work(),
  note() {},
  headers: () => undefined,
  close: () => Promise.resolve(),
};
