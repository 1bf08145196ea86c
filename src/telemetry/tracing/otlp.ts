import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  diag,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Failure, type Log } from '../../identity/index.ts';
import type { TraceSettings } from './settings.ts';
import type { SpanFields, Tracing } from './types.ts';

/** How long spans wait for company before they are sent, and how long the last ones may take, milliseconds. */
const [sendEvery, lastChance] = [2_000, 3_000];
/** The receiver's troubles are told this often at most, milliseconds. */
const complainEvery = 60_000;

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Traces by OpenTelemetry's own SDK, sent by OTLP over HTTP. Its context is our own: nothing global is changed but its log. */
export function otlpTracing(settings: TraceSettings, { log }: { readonly log: Log }): Tracing {
  tellTroubles(log);
  const contexts = new AsyncLocalStorageContextManager().enable();
  const propagator = new W3CTraceContextPropagator();
  const root = settings.share === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(settings.share);
  const named = resourceFromAttributes({ 'service.name': 'doorward' });
  const provider = new TracerProvider({
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    sampler: settings.followsProxy ? new ParentBasedSampler({ root }) : root,
    spanLimits: { attributeValueLengthLimit: 200 },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          ...(settings.endpoint !== undefined && { url: settings.endpoint }),
          ...(Object.keys(settings.headers).length > 0 && { headers: settings.headers }),
        }),
        scheduledDelayMillis: sendEvery,
      }),
    ],
  });
  const tracer = provider.getTracer('doorward');

  /** Runs `work` with the span around it; the span ends when that is over. */
  function within<T>(span: Span, context: Context, work: () => T): T {
    try {
      const result = contexts.with(trace.setSpan(context, span), work);
      if (!(result instanceof Promise)) {
        span.end();
        return result;
      }
      result.then(
        () => span.end(),
        (error: unknown) => failed(span, error),
      );
      return result;
    } catch (error) {
      failed(span, error);
      throw error;
    }
  }

  /** A part of what is being traced; nothing of its own otherwise, so that work in the background leaves no trace. */
  function part<T>(kind: SpanKind, name: string, attributes: SpanFields, work: () => T): T {
    const context = contexts.active();
    if (trace.getSpan(context)?.isRecording() !== true) return work();
    return within(tracer.startSpan(name, { kind, attributes }, context), context, work);
  }

  return {
    enabled: true,
    request(req, res, { route, believed }, work) {
      const parent = believed ? propagator.extract(ROOT_CONTEXT, req.headers, headerGetter) : ROOT_CONTEXT;
      const method = known.has(req.method ?? '') ? String(req.method) : '_OTHER';
      const attributes = { 'http.request.method': method, 'http.route': route };
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
      res.once('close', () => {
        if (res.headersSent) span.setAttribute('http.response.status_code', res.statusCode);
        if (!res.writableFinished) span.setAttribute('doorward.aborted', true);
        if (res.headersSent && res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      });
      contexts.with(trace.setSpan(parent, span), work);
    },
    span: (name, fields, work) => part(SpanKind.INTERNAL, name, fields, work),
    client: (name, fields, work) => part(SpanKind.CLIENT, name, fields, work),
    note: (fields) => void trace.getSpan(contexts.active())?.setAttributes(fields),
    headers() {
      const context = contexts.active();
      if (trace.getSpan(context) === undefined) return undefined;
      const headers: Record<string, string> = {};
      propagator.inject(context, headers, headerSetter);
      return headers;
    },
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, lastChance).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      contexts.disable();
    },
  };
}

/** A failure by its code and label; of any other error its type alone, because its message may say anything. */
function failed(span: Span, error: unknown): void {
  const type = error instanceof Failure ? error.code : error instanceof Error ? error.name : 'unknown';
  span.setAttribute('error.type', type);
  if (error instanceof Failure && error.detail !== undefined)
    span.setAttribute('doorward.detail', error.detail);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

const headerGetter = {
  keys: (carrier: unknown) => Object.keys(carrier as Record<string, unknown>),
  get: (carrier: unknown, key: string) => {
    const value = (carrier as Record<string, string | string[] | undefined>)[key];
    // Node joins repeated headers of this name by a comma: such a value is none (Trace Context, section 2.2).
    return key === 'traceparent' && String(value).includes(',') ? undefined : value;
  },
};

const headerSetter = {
  set: (carrier: unknown, key: string, value: string) => {
    (carrier as Record<string, string>)[key] = value;
  },
};

/** The SDK's complaints go to our log, now and then: a receiver that is down must not fill it. */
function tellTroubles(log: Log): void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (message: string): void => {
    if (performance.now() - toldAt < complainEvery) return;
    toldAt = performance.now();
    log.warn({ said: message.slice(0, 500) }, 'traces could not be sent');
  };
  const nothing = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing },
    { suppressOverrideMessage: true },
  );
}
