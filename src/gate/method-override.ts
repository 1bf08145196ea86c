import type { IncomingHttpHeaders } from 'node:http';

/** The method that a client wants the application to go by in place of the one it sent, where it says so in a header. */
export function methodOverride(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['x-http-method-override'] ?? headers['x-http-method'] ?? headers['x-method-override'];
  return Array.isArray(value) ? value[0] : value;
}
