/**
 * telemetry: what the gateway tells those who run it.
 *
 * Owns the log (one JSON line an event), the metrics (Prometheus), the traces (OpenTelemetry) and the listener that serves
 * health and metrics. It knows the vocabulary and nothing else: rooms are handed a Log, app.ts wires counters and spans to
 * what they count and trace. No secret, token or assertion leaves through it, whatever it is handed.
 *
 *   fields ──clean: names, texts, errors──▶ pino ──▶ stdout
 *   counts ──read on scrape──▶ registry ──▶ /metrics          spans ──▶ tracing/ ──OTLP──▶ receiver
 */
export { createLogger, type LoggerOptions } from './logger.ts';
export { metricList, type MetricDescription } from './metric-list.ts';
export { createMetrics, type Metrics, type MetricsOptions, type VerifyCounts } from './metrics.ts';
export { checkAll, createOpsServer, type Checks, type OpsSources } from './ops.ts';
export { createTracing, noTracing, type SpanFields, type Tracing } from './tracing/index.ts';
