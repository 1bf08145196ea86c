import type { Request } from 'express';
import passport from 'passport';
import type { ProviderAnswer, StrategyOptions } from '../types.ts';
import type { Login } from './login.ts';

/**
 * The Passport side of an OpenID provider: named by the provider's id, because two tenants of one vendor have one host.
 * openid-client brings a strategy as well; it takes the redirect URI from the request, and checks no signature of ID tokens.
 */
export class OidcStrategy extends passport.Strategy {
  override readonly name: string;
  // No private field: Passport calls an object that inherits from this one.
  readonly login: Login;

  constructor(name: string, login: Login) {
    super();
    this.name = name;
    this.login = login;
  }

  /** `start` ends in `redirect`, `answer` in `success` with a ProviderAnswer; whatever is thrown goes to `error`. */
  override authenticate(req: Request, options: StrategyOptions): void {
    this.run(req, options).catch((error: unknown) => this.error(error));
  }

  async run(req: Request, options: StrategyOptions): Promise<void> {
    if (options.step === 'start') {
      const { returnTo, browser, otherAccount = false, stepUp } = options;
      return this.redirect(await this.login.start({ returnTo, browser, otherAccount, stepUp }));
    }
    const answer: ProviderAnswer = await this.login.answer(req.originalUrl, options.browser);
    this.success(answer);
  }
}
