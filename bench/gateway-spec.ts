/** Which gateway a benchmark wants. */
export interface GatewaySpec {
  /** `sqlite`, or the URL of a Redis. */
  readonly store: string;
  /** URL of a PostgreSQL directory; SQLite otherwise. */
  readonly directory?: string;
  readonly sessions: number;
  /** One for every ten sessions unless said. */
  readonly people?: number;
  /** Of each person; 5 unless said. */
  readonly groups?: number;
  /** Cookies to hand out. */
  readonly cookies: number;
  /** For databases. */
  readonly folder: string;
  /** The built-in proxy leads there. */
  readonly upstream?: string;
  /** Takes SAML logins that nobody asked for. */
  readonly saml?: boolean;
  /** Another process has filled the stores: nothing is added. */
  readonly adopt?: readonly string[];
}
