import type { Request, Response } from 'express';
import passport from 'passport';
import { Failure } from '../identity/index.ts';
import type { Provider, ProviderAnswer, StrategyOptions } from '../providers/index.ts';
import type { Span } from './types.ts';

type StartOptions = Extract<StrategyOptions, { step: 'start' }>;

/** Passport, with one strategy a provider and no session of its own. */
export interface Strategies {
  /** Sends the browser to the identity provider. Throws a Failure; `internal` for what a strategy did not expect. */
  start(
    provider: string,
    req: Request,
    res: Response,
    options: Omit<StartOptions, 'session' | 'step'>,
  ): Promise<void>;
  /**
   * The provider's answer, verified. `browsers`: the correlation values the browser brought, each tried until one is that
   * of this login. Whatever a strategy throws is a failure of authentication, by construction: `login_rejected`.
   */
  answer(
    provider: string,
    req: Request,
    res: Response,
    browsers: readonly string[],
  ): Promise<{ answer: ProviderAnswer; browser: string | undefined }>;
}

export function createStrategies(
  providers: ReadonlyMap<string, Provider>,
  span: Span = (_name, _fields, work) => work(),
): Strategies {
  const authenticator = new passport.Passport();
  // What `req.logIn` writes into the session for Passport; who is signed in stands in our own part of it.
  authenticator.serializeUser<string>((user, done) => done(null, 'id' in user ? String(user.id) : ''));
  for (const [id, provider] of providers) authenticator.use(id, provider.strategy);

  /** One run of a strategy: its answer, or undefined when it answered the browser itself (by a redirect). */
  const run = (
    id: string,
    req: Request,
    res: Response,
    options: StrategyOptions,
  ): Promise<ProviderAnswer | undefined> =>
    span(`strategy.${options.step}`, { 'doorward.provider': id }, () => authenticate(id, req, res, options));

  const authenticate = (
    id: string,
    req: Request,
    res: Response,
    options: StrategyOptions,
  ): Promise<ProviderAnswer | undefined> => {
    let answered = (): void => {};
    return new Promise<ProviderAnswer | undefined>((resolve, reject) => {
      answered = () => resolve(undefined);
      res.once('close', answered);
      const done = (error: unknown, answer?: unknown, challenge?: unknown): void => {
        if (error !== null && error !== undefined) return reject(asError(error));
        if (isAnswer(answer)) return resolve(answer);
        reject(new Failure('login_rejected', { detail: 'web.strategy_failed', cause: challenge }));
      };
      const handler: unknown = authenticator.authenticate(id, { ...options }, done);
      const passed = (error?: unknown): void =>
        reject(
          error instanceof Error ? error : new Failure('login_rejected', { detail: 'web.strategy_passed' }),
        );
      // Promised too: a strategy may be an async function, whose rejection Passport would lose.
      Promise.try(handler as (...args: unknown[]) => unknown, req, res, passed).catch((error: unknown) =>
        reject(asError(error)),
      );
    }).finally(() => res.off('close', answered));
  };

  return {
    async start(provider, req, res, options) {
      const answer = await run(provider, req, res, { session: false, step: 'start', ...options });
      if (answer !== undefined) throw new Failure('internal', { detail: 'web.strategy_answered' });
    },
    async answer(provider, req, res, browsers) {
      const candidates = browsers.length === 0 ? [undefined] : browsers;
      let unknown: unknown;
      for (const browser of candidates) {
        try {
          const answer = await run(provider, req, res, { session: false, step: 'answer', browser });
          if (answer === undefined)
            throw new Failure('login_rejected', { detail: 'web.strategy_redirected' });
          return { answer, browser };
        } catch (error) {
          if (!(error instanceof Failure)) {
            throw new Failure('login_rejected', { detail: 'web.strategy_threw', cause: error });
          }
          if (error.code !== 'login_state_unknown') throw error;
          unknown = error;
        }
      }
      throw unknown;
    },
  };
}

function isAnswer(value: unknown): value is ProviderAnswer {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  return kind === 'asserted' || kind === 'refused';
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
