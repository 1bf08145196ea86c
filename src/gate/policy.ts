import type { AdmittedIdentity, GateRequest } from './types.ts';

/** One line of the policy. What it does not name, it holds for. */
export interface PolicyRule {
  /** Canonical host, such as `catalog.acme.example`. */
  readonly host?: string;
  /** Canonical path prefix, whole segments: `/admin` holds for `/admin` and `/admin/x`, not for `/administrator`. */
  readonly path?: string;
  /** Methods in upper case. */
  readonly methods?: readonly string[];
  readonly allow: 'signed_in' | 'nobody';
}

/** What holds without a policy of one's own: whoever is signed in may open every page. */
export const signedInEverywhere: readonly PolicyRule[] = [{ allow: 'signed_in' }];

/**
 * May this person make this request? The first rule that matches decides, and without one the answer is no.
 * A rule that names something the proxy did not tell cannot be judged, so the answer is no as well. Pure and total.
 */
export function judge(
  rules: readonly PolicyRule[],
  request: Pick<GateRequest, 'host' | 'path' | 'method'>,
  _identity: Pick<AdmittedIdentity, 'user' | 'role' | 'session'>,
): 'admit' | 'refuse' {
  for (const rule of rules) {
    const match = matches(rule, request);
    if (match === 'untold') return 'refuse';
    if (match === 'yes') return rule.allow === 'signed_in' ? 'admit' : 'refuse';
  }
  return 'refuse';
}

function matches(
  rule: PolicyRule,
  request: Pick<GateRequest, 'host' | 'path' | 'method'>,
): 'yes' | 'no' | 'untold' {
  const { host, path, methods } = rule;
  if (
    (host !== undefined && request.host === undefined) ||
    (path !== undefined && request.path === undefined) ||
    (methods !== undefined && request.method === undefined)
  ) {
    return 'untold';
  }
  if (host !== undefined && host !== request.host) return 'no';
  if (path !== undefined && !covers(path, request.path ?? '')) return 'no';
  return methods === undefined || methods.includes(request.method ?? '') ? 'yes' : 'no';
}

function covers(prefix: string, path: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/';
}
