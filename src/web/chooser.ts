import type { Request, Response } from 'express';
import type { Provider } from '../providers/index.ts';
import type { Replies } from './replies.ts';
import { type ReturnRules, safeReturnTo } from './return-to.ts';
import type { WebDeps } from './types.ts';

/**
 * The login page: one button a provider, also when there is only one, so that signing out never signs in again by itself.
 * Somebody who is signed in already is offered to go on.
 */
export function createChooser(
  deps: Pick<WebDeps, 'config' | 'providers' | 'gate'>,
  replies: Replies,
  rules: ReturnRules,
): (req: Request, res: Response) => Promise<void> {
  const { prefix } = deps.config;
  return async (req, res) => {
    const returnTo = safeReturnTo(req.query['rd'], rules);
    const admission = await deps.gate.admit({
      cookie: req.headers.cookie,
      method: 'GET',
      host: undefined,
      path: undefined,
    });
    // When it cannot be found out, the page is still of use: nobody gets in by reading it.
    const user = admission.kind === 'admitted' ? admission.identity.user : undefined;
    const query = new URLSearchParams();
    // Whoever is signed in and still picks a provider means somebody else.
    if (user !== undefined) query.set('account', 'other');
    if (returnTo !== undefined) query.set('rd', returnTo);
    replies.page(req, res, 200, 'chooser', {
      returnTo,
      signedInAs: user === undefined ? undefined : (user.displayName ?? user.userName),
      continueTo: returnTo ?? '/',
      providers: [...deps.providers.values()].map((provider) => button(provider, prefix, query.toString())),
    });
  };
}

function button(provider: Provider, prefix: string, query: string): Readonly<Record<string, unknown>> {
  return {
    label: provider.label,
    // A neutral mark: the first letter of the label as a person would count letters.
    mark: [...new Intl.Segmenter('en').segment(provider.label)][0]?.segment.toLocaleUpperCase('en') ?? '',
    href: `${prefix}/login/${encodeURIComponent(provider.id)}${query === '' ? '' : `?${query}`}`,
    isDown: provider.health().state === 'down',
  };
}
