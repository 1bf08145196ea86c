/** The narrow logger every room is handed; telemetry provides it. Fields never hold a secret, token or assertion. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Says nothing; for tests and pure uses. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
