import type { Request, Response } from 'express';
import type { Admission, AdmittedIdentity } from '../gate/index.ts';
import { Failure } from '../identity/index.ts';
import type { Replies } from './replies.ts';
import type { WebDeps } from './types.ts';

/** `GET /session` and `GET /me`: who the gate says this is, as JSON and as a page. */
export function createWho(
  deps: Pick<WebDeps, 'config' | 'providers' | 'gate'>,
  replies: Replies,
  newReference: () => string,
): {
  session(req: Request, res: Response): Promise<void>;
  me(req: Request, res: Response): Promise<void>;
} {
  const { config, providers, gate } = deps;

  const admit = async (req: Request): Promise<Exclude<Admission, { kind: 'unavailable' }>> => {
    const admission = await gate.admit({
      cookie: req.headers.cookie,
      method: 'GET',
      host: undefined,
      path: undefined,
    });
    if (admission.kind === 'unavailable') throw new Failure('store_unavailable', { detail: 'web.gate' });
    return admission;
  };

  return {
    async session(req, res) {
      const admission = await admit(req);
      if (admission.kind !== 'admitted') throw new Failure('unauthenticated');
      res.json(sessionJson(admission.identity));
    },
    async me(req, res) {
      const admission = await admit(req);
      if (admission.kind === 'signed_out') {
        return res.redirect(303, `${config.prefix}/login?rd=${encodeURIComponent(`${config.prefix}/me`)}`);
      }
      if (admission.kind === 'refused') {
        if (admission.reason === 'policy') throw new Failure('forbidden');
        return replies.refusal(req, res, admission.reason, { reference: newReference() });
      }
      const { user, role, session } = admission.identity;
      const provider = session.login?.provider;
      replies.page(req, res, 200, 'me', {
        user,
        role,
        provider: provider === undefined ? undefined : (providers.get(provider)?.label ?? provider),
        ...times(admission.identity),
        idleUntil: new Date(session.idleExpiresAt).toISOString(),
        absoluteUntil: new Date(session.absoluteExpiresAt).toISOString(),
      });
    },
  };
}

/** The answer of `GET /session`. Times as ISO 8601 in UTC; null where the identity provider gave nothing. */
function sessionJson(identity: AdmittedIdentity): Readonly<Record<string, unknown>> {
  const { user, role, session } = identity;
  const { id, userName, groups } = user;
  const { authenticatedAt, expiresAt } = times(identity);
  return {
    user: { id, userName, email: user.email ?? null, name: user.displayName ?? null, groups, role },
    session: { provider: session.login?.provider ?? null, authenticatedAt, expiresAt },
  };
}

function times({ session }: AdmittedIdentity): { authenticatedAt: string; expiresAt: string } {
  const expiresAt = Math.min(session.idleExpiresAt, session.absoluteExpiresAt);
  return {
    authenticatedAt: new Date(session.login?.authenticatedAt ?? session.createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
