import type { Request, Response } from 'express';
import type { Provider } from '../providers/index.ts';
import type { HomeRealms } from './home-realm.ts';
import type { PlainCookie } from './plain-cookie.ts';
import type { Replies } from './replies.ts';
import { type ReturnRules, safeReturnTo } from './return-to.ts';
import type { WebDeps } from './types.ts';

/** The login page, and its form that asks for an email address. */
export interface Chooser {
  show(req: Request, res: Response): Promise<void>;
  /** From the address to the page with the right button; the address itself goes no further. */
  find(req: Request, res: Response): Promise<void>;
}

/**
 * One button a provider, also when there is only one, so that signing out never signs in again by itself. The provider that
 * was used last in this browser comes first. Somebody who is signed in already is offered to go on.
 */
export function createChooser(
  deps: Pick<WebDeps, 'config' | 'providers' | 'gate'>,
  parts: { replies: Replies; rules: ReturnRules; realms: HomeRealms; lastUsed: PlainCookie },
): Chooser {
  const { prefix } = deps.config;
  const { replies, rules, realms, lastUsed } = parts;
  return {
    async show(req, res) {
      const returnTo = safeReturnTo(req.query['rd'], rules);
      const admission = await deps.gate.admit({
        cookie: req.headers.cookie,
        method: 'GET',
        host: undefined,
        path: undefined,
        own: true,
      });
      // When it cannot be found out, the page is still of use: nobody gets in by reading it.
      const user = admission.kind === 'admitted' ? admission.identity.user : undefined;
      const query = new URLSearchParams();
      // Whoever is signed in and still picks a provider means somebody else.
      if (user !== undefined) query.set('account', 'other');
      if (returnTo !== undefined) query.set('rd', returnTo);
      const last = lastUsed.read(req);
      const buttons = [...deps.providers.values()]
        .map((provider) => button(provider, prefix, query.toString(), provider.id === last))
        .sort((one, other) => Number(other.isLast) - Number(one.isLast));
      const via = realms.known ? req.query['via'] : undefined;
      replies.page(req, res, 200, 'chooser', {
        returnTo,
        signedInAs: user === undefined ? undefined : (user.displayName ?? user.userName),
        continueTo: returnTo ?? '/',
        asksEmail: realms.known,
        notFound: via === '',
        found: buttons.filter(({ id }) => id === via),
        providers: buttons.filter(({ id }) => id !== via),
      });
    },
    async find(req, res) {
      const body: unknown = req.body;
      const form = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
      const query = new URLSearchParams({ via: realms.find(form['email']) ?? '' });
      const returnTo = safeReturnTo(form['rd'], rules);
      if (returnTo !== undefined) query.set('rd', returnTo);
      res.redirect(303, `${prefix}/login?${query.toString()}`);
    },
  };
}

interface Button {
  readonly id: string;
  readonly label: string;
  readonly mark: string;
  readonly href: string;
  readonly isDown: boolean;
  readonly isLast: boolean;
}

function button(provider: Provider, prefix: string, query: string, isLast: boolean): Button {
  return {
    id: provider.id,
    label: provider.label,
    // A neutral mark: the first letter of the label as a person would count letters.
    mark: [...new Intl.Segmenter('en').segment(provider.label)][0]?.segment.toLocaleUpperCase('en') ?? '',
    href: `${prefix}/login/${encodeURIComponent(provider.id)}${query === '' ? '' : `?${query}`}`,
    isDown: provider.health().state === 'down',
    isLast,
  };
}
