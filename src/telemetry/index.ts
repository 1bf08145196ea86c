/**
 * telemetry: what the gateway tells those who run it.
 *
 * Owns the log (one JSON line an event), the metrics (Prometheus) and the listener that serves them. It knows the
 * vocabulary and nothing else: rooms are handed a Log, app.ts wires counters to what they count. No secret, token or
 * assertion leaves through it, whatever it is handed.
 *
 *   fields ──clean: names, texts, errors──▶ pino ──▶ stdout
 *   counts ──read on scrape──▶ registry ──▶ /metrics
 */
export { createLogger, type LoggerOptions } from './logger.ts';
export { createMetrics, type Metrics, type MetricsOptions, type VerifyCounts } from './metrics.ts';
export { createOpsServer, type OpsSources } from './ops.ts';
