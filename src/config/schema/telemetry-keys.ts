import { z } from 'zod';
import { urlComplaint, webUrl } from './addresses.ts';
import { text } from './fields.ts';

/** `telemetry` of gateway.yaml: where traces go. */
export const telemetryKeys = z
  .strictObject({
    traces: z
      .strictObject({
        endpoint: text(
          'Receiver of traces by OTLP over HTTP, such as http://collector:4318; without a path, /v1/traces is meant.',
          { complain: urlComplaint },
        ),
        headers: z
          .record(z.string(), text('Its value: ${file:PATH}'))
          .meta({ description: 'Headers that the receiver wants, such as an API key.' })
          .optional(),
        share: z
          .number()
          .min(0)
          .max(1)
          .meta({ description: 'Share of the requests that are traced, 0 to 1. Default: 1' })
          .optional(),
      })
      .meta({
        description:
          'Traces (OpenTelemetry) of logins, provisioning and proxied requests. Off unless set here or by the standard variables OTEL_EXPORTER_OTLP_ENDPOINT and so on.',
      })
      .optional(),
  })
  .meta({ description: 'What is told to those who run the gateway, besides the log and /metrics.' });

/** The address with the path that receivers have by default. */
export function tracesEndpoint(value: string): string {
  const url = webUrl(value);
  if (url?.pathname === '/') url.pathname = '/v1/traces';
  return url?.href ?? value;
}
