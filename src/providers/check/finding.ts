/** One thing that was looked at. `fail` would lock somebody out now, `warn` will, or may. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  /** Provider id, or undefined for the gateway as a whole. */
  readonly provider: string | undefined;
  /** A stable label for scripts: `oidc.discovery`, `saml.certificate`, `clock`. */
  readonly check: string;
  /** What was found, and what to do about it, in one sentence or two. Never a secret. */
  readonly message: string;
}

/** Makes findings of one provider. */
export function findingsOf(provider: string | undefined) {
  const make =
    (level: Finding['level']) =>
    (check: string, message: string): Finding => ({ level, provider, check, message });
  return { ok: make('ok'), warn: make('warn'), fail: make('fail') };
}
