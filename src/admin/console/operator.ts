import type { Request } from 'express';
import { Failure } from '../../identity/index.ts';
import { isFormToken } from '../../sessions/index.ts';
import type { Administrators } from '../administrators.ts';
import type { AdminDeps, Operator } from '../types.ts';
import type { Recovery } from './recovery.ts';

/** Who is this, and may they work here? */
export type Standing =
  | { readonly kind: 'operator'; readonly operator: Operator }
  | { readonly kind: 'signed_out' }
  /** Somebody is signed in, and is no administrator. */
  | { readonly kind: 'stranger'; readonly name: string };

export interface Operators {
  of(req: Request): Promise<Standing>;
  /** Did they prove who they are recently enough to change something? */
  isRecent(operator: Operator): boolean;
  /** @throws Failure `csrf_rejected` unless a page of ours, of this very session, sent the request. */
  requireOwn(req: Request, operator: Operator, token: unknown): void;
}

export function createOperators(
  deps: Pick<AdminDeps, 'config' | 'gate' | 'now'>,
  administrators: Administrators,
  recovery: Recovery,
): Operators {
  const { config, gate, now } = deps;
  const origin = new URL(config.baseUrl).origin;
  return {
    async of(req) {
      const recovered = await recovery.operatorOf(req);
      if (recovered !== undefined) return { kind: 'operator', operator: recovered };
      const { cookie } = req.headers;
      const admission = await gate.admit({
        cookie,
        method: 'GET',
        host: undefined,
        path: undefined,
        own: true,
      });
      if (admission.kind === 'unavailable') throw new Failure('store_unavailable', { detail: 'admin.gate' });
      if (admission.kind !== 'admitted') return { kind: 'signed_out' };
      const { user, role, session } = admission.identity;
      const name = user.displayName ?? user.userName;
      if (!administrators.lets(role, user.groups)) return { kind: 'stranger', name };
      return {
        kind: 'operator',
        operator: {
          // By the id, as the audit trail names people: a name would outlive its erasure.
          actor: { kind: 'admin', name: user.id },
          name,
          authenticatedAt: session.login?.authenticatedAt ?? 0,
          provider: session.login?.provider,
          digest: session.digest,
          userId: user.id,
        },
      };
    },
    isRecent: ({ authenticatedAt, provider }) =>
      provider === undefined || now() - authenticatedAt <= config.admin.recentAuthentication,
    requireOwn(req, operator, token) {
      const sent = req.headers.origin;
      const site = req.headers['sec-fetch-site'];
      const foreign = sent === undefined ? site !== undefined && site !== 'same-origin' : sent !== origin;
      if (foreign || !isFormToken(token, operator.digest, config.secrets)) {
        throw new Failure('csrf_rejected', { detail: 'admin.form' });
      }
    },
  };
}
