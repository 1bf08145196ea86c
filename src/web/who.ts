import type { Request, Response } from 'express';
import type { Admission, AdmittedIdentity } from '../gate/index.ts';
import { Failure } from '../identity/index.ts';
import type { Replies } from './replies.ts';
import type { WebDeps } from './types.ts';

/** Who the gate says this is: `GET /session` as JSON, and for the pages that are only for people who are signed in. */
export interface Who {
  session(req: Request, res: Response): Promise<void>;
  /** Goes on with the person; whoever is not signed in is sent to the login page, and comes back to `path`. */
  admitted(
    path: string,
    next: (req: Request, res: Response, identity: AdmittedIdentity) => Promise<void>,
  ): (req: Request, res: Response) => Promise<void>;
}

export function createWho(
  deps: Pick<WebDeps, 'config' | 'gate'>,
  replies: Replies,
  newReference: () => string,
  otherHostOf: (req: Request) => string | undefined,
): Who {
  const { config, gate } = deps;

  const admit = async (req: Request): Promise<Exclude<Admission, { kind: 'unavailable' }>> => {
    const admission = await gate.admit({
      cookie: req.headers.cookie,
      method: 'GET',
      // It says which cookie is meant; rules do not hold for pages of our own.
      host: otherHostOf(req),
      path: undefined,
      own: true,
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
    admitted: (path, next) => async (req, res) => {
      const admission = await admit(req);
      if (admission.kind === 'signed_out') {
        return res.redirect(303, `${config.prefix}/login?rd=${encodeURIComponent(config.prefix + path)}`);
      }
      if (admission.kind === 'refused') {
        if (admission.reason === 'policy') throw new Failure('forbidden');
        return replies.refusal(req, res, admission.reason, { reference: newReference() });
      }
      // Neither anonymous nor a step-up comes of a page of our own.
      if (admission.kind !== 'admitted') throw new Failure('unauthenticated');
      await next(req, res, admission.identity);
    },
  };
}

/** The answer of `GET /session`. Times as ISO 8601 in UTC; null where the identity provider gave nothing. */
function sessionJson(identity: AdmittedIdentity): Readonly<Record<string, unknown>> {
  const { user, role, session } = identity;
  const { id, userName, groups } = user;
  const { authenticatedAt, expiresAt } = admittedTimes(identity);
  return {
    user: { id, userName, email: user.email ?? null, name: user.displayName ?? null, groups, role },
    session: { provider: session.login?.provider ?? null, authenticatedAt, expiresAt },
  };
}

/** When a session began and when it ends, as ISO 8601 in UTC. */
export function admittedTimes({ session }: AdmittedIdentity): { authenticatedAt: string; expiresAt: string } {
  const expiresAt = Math.min(session.idleExpiresAt, session.absoluteExpiresAt);
  return {
    authenticatedAt: new Date(session.login?.authenticatedAt ?? session.createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
