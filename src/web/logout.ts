import type { Request, Response } from 'express';
import { Failure } from '../identity/index.ts';
import { type SignOut, signOutPage } from '../providers/index.ts';
import { type SessionRecord, endSession, openIdpSession } from '../sessions/index.ts';
import { allowFormsTo } from './security-headers.ts';
import { isForeignForm } from './own-form.ts';
import type { Replies } from './replies.ts';
import type { ReturnRules } from './return-to.ts';
import type { WebDeps } from './types.ts';

/** Signing out, here and then at the identity provider. */
export interface Logout {
  /** `GET`: asks first. */
  ask(req: Request, res: Response): Promise<void>;
  /** `POST`: ends the session. */
  end(req: Request, res: Response): Promise<void>;
  /** Lets the sign-out form of the page that is about to be sent lead on to the identity provider of this session. */
  allowForm(res: Response, provider: string | undefined): Promise<void>;
}

/**
 * Signing out. `POST` ends the session; `GET` asks first, unless the person clicked a link on a page of this very origin
 * (Fetch Metadata, which no page of another site can forge). Only when the session here has ended, and is written down, does
 * the browser go on to the identity provider, which sends it back to the signed-out page.
 */
export function createLogout(
  deps: Pick<WebDeps, 'config' | 'providers' | 'endings' | 'log'>,
  replies: Replies,
  rules: ReturnRules,
  addressOf: (req: Request) => string | undefined,
): Logout {
  const { config, providers, endings, log } = deps;

  /** Where the identity provider ends its own session; undefined when it has no such place, or does not answer. */
  const signOutAtIdp = async (ended: SessionRecord | undefined): Promise<SignOut | undefined> => {
    const login = ended?.login;
    const provider = login === undefined ? undefined : providers.get(login.provider);
    if (login === undefined || provider?.signOut === undefined) return undefined;
    try {
      return await provider.signOut(openIdpSession(login.idp, config.secrets));
    } catch (error) {
      // Signed out here all the same, and the page says that the identity provider may still know them.
      const detail = error instanceof Failure ? error.detail : undefined;
      log.warn({ provider: login.provider, detail }, 'the identity provider could not be told of a sign-out');
      return undefined;
    }
  };

  const end = async (req: Request, res: Response): Promise<void> => {
    const address = addressOf(req);
    const userId = req.session?.doorward?.userId;
    const actor = { kind: 'person', ...(userId !== undefined && { name: userId }) } as const;
    const ended = await endSession(req, res, (digest) =>
      endings.end(digest, 'logout', actor, { ...(address !== undefined && { address }) }),
    );
    const onward = await signOutAtIdp(ended);
    if (onward?.kind === 'post') {
      const { html, contentSecurityPolicy } = signOutPage(onward);
      res.status(200).type('html').setHeader('Content-Security-Policy', contentSecurityPolicy);
      return void res.send(html);
    }
    res.redirect(303, onward?.url ?? `${config.prefix}/signed-out`);
  };

  const allowForm: Logout['allowForm'] = async (res, provider) => {
    const origins = provider === undefined ? undefined : await providers.get(provider)?.signOutOrigins?.();
    if (origins !== undefined) allowFormsTo(res, origins);
  };

  return {
    async ask(req, res) {
      // A click in the language menu of this very page is no wish to go.
      const turnsPage = req.query['lang'] !== undefined;
      if (req.method === 'GET' && !turnsPage && isOwnClick(req)) return end(req, res);
      await allowForm(res, req.session?.doorward?.provider);
      replies.page(req, res, 200, 'logout', {});
    },
    async end(req, res) {
      if (isForeignForm(req, rules)) throw new Failure('csrf_rejected', { detail: 'web.logout' });
      await end(req, res);
    },
    allowForm,
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
