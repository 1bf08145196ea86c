import type { Request, Response } from 'express';
import type { Attempt, AttemptEndings } from './attempt.ts';
import type { BrowserCookie } from './browser-cookie.ts';
import { stepUpOf } from './step-up.ts';
import type { Strategies } from './strategies.ts';

/**
 * The first half of a login: remembers the way back on our side and sends the browser to the identity provider.
 * `attempt.returnTo` is the checked `rd`.
 */
export function createLoginStart(parts: {
  strategies: Strategies;
  endings: AttemptEndings;
  browserCookie: BrowserCookie;
}): (req: Request, res: Response, attempt: Attempt) => Promise<void> {
  const { strategies, endings, browserCookie } = parts;
  return async (req, res, attempt) => {
    try {
      await strategies.start(attempt.provider, req, res, {
        returnTo: attempt.returnTo,
        browser: browserCookie.ensure(req, res),
        ...(req.query['account'] === 'other' && { otherAccount: true }),
        ...stepUpOf(req.query),
      });
    } catch (error) {
      await endings.failed(req, res, attempt, error);
    }
  };
}
