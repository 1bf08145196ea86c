import type { Request, Response } from 'express';
import { Failure } from '../identity/index.ts';
import { endSession, sessionRef } from '../sessions/index.ts';
import { isForeignForm } from './own-form.ts';
import type { Replies } from './replies.ts';
import type { ReturnRules } from './return-to.ts';
import type { WebDeps } from './types.ts';

/**
 * Signing out. `POST` ends the session; `GET` asks first, unless the person clicked a link on a page of this very origin
 * (Fetch Metadata, which no page of another site can forge).
 */
export function createLogout(
  deps: Pick<WebDeps, 'config' | 'audit' | 'now'>,
  replies: Replies,
  rules: ReturnRules,
  addressOf: (req: Request) => string | undefined,
): { ask(req: Request, res: Response): Promise<void>; end(req: Request, res: Response): Promise<void> } {
  const { config, audit, now } = deps;

  const end = async (req: Request, res: Response): Promise<void> => {
    const ended = await endSession(req, res);
    if (ended?.login !== undefined) {
      const address = addressOf(req);
      const { userId, provider } = ended.login;
      await audit.write({
        at: now(),
        actor: { kind: 'person', name: userId },
        type: 'session.ended',
        cause: 'logout',
        sessionRef: sessionRef(ended.digest),
        userId,
        provider,
        ...(address !== undefined && { address }),
      });
    }
    res.redirect(303, `${config.prefix}/signed-out`);
  };

  return {
    async ask(req, res) {
      // A click in the language menu of this very page is no wish to go.
      const turnsPage = req.query['lang'] !== undefined;
      if (req.method === 'GET' && !turnsPage && isOwnClick(req)) return end(req, res);
      replies.page(req, res, 200, 'logout', {});
    },
    async end(req, res) {
      if (isForeignForm(req, rules)) throw new Failure('csrf_rejected', { detail: 'web.logout' });
      await end(req, res);
    },
  };
}

/** A link of our own origin that a person clicked: not an image, not a prefetch, not a script's doing. */
function isOwnClick(req: Request): boolean {
  const { headers } = req;
  return (
    headers['sec-fetch-site'] === 'same-origin' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    headers['sec-fetch-user'] === '?1'
  );
}
