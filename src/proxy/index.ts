/**
 * proxy: the built-in reverse proxy, for those who have none.
 *
 * Owns the way from a client to an application and back: routes, headers, WebSockets, what is said when an application
 * is down. It may not decide who comes in: every request goes through the gate.
 *
 *   client ──▶ ours? ──▶ web        no ──▶ gate.admit ──▶ client's own identity headers and our cookies out,
 *                                                         identity in ──▶ httpxy ──▶ application
 */
export { createProxy, type Proxy, type ProxyOptions, type Timeouts } from './proxy.ts';
