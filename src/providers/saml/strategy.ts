import { randomBytes } from 'node:crypto';
import { AbstractStrategy } from '@node-saml/passport-saml';
import type passport from 'passport';
import { Failure } from '../../identity/index.ts';
import type { StrategyOptions } from '../types.ts';
import { receiveAnswer, type AnswerParts } from './answer.ts';
import { authnRequest } from './request.ts';

type StartOptions = Extract<StrategyOptions, { step: 'start' }>;

/** passport-saml's idea of a request, from its own copy of express's types. */
type SamlRequest = Parameters<AbstractStrategy['authenticate']>[0];

/**
 * passport-saml's Strategy, named by the provider. The start half is theirs: the AuthnRequest and the redirect. The answer
 * half is ours, through both locks; theirs is never reached.
 */
export class SamlStrategy extends AbstractStrategy {
  // The identity provider's address may not be known yet, so node-saml is set up anew for each request.
  static override readonly newSamlProviderOnConstruct = false;
  /** Not a private field: Passport works on an object that inherits from this one, which would not have it. */
  readonly parts: AnswerParts;

  constructor(parts: AnswerParts) {
    const never = (): never => {
      throw new Failure('internal', { detail: 'saml.strategy.verify' });
    };
    const { config, acsUrl } = parts;
    super(
      { name: config.id, callbackUrl: acsUrl, issuer: config.entityId, idpCert: 'set for each request' },
      never,
      never,
    );
    this.parts = parts;
  }

  /** Passport calls this on an object of its own for every request, so that what is set on `this` is that request's. */
  override authenticate(request: SamlRequest, options: passport.AuthenticateOptions): void {
    const given = options as unknown as StrategyOptions;
    const work = given.step === 'start' ? this.start(given) : this.answer(request, given.browser);
    work.catch((error: unknown) => this.error(error as Error));
  }

  private async start({ returnTo, browser, otherAccount, stepUp }: StartOptions): Promise<void> {
    const { config, acsUrl, idp, flows, now, secondLock } = this.parts;
    const metadata = await idp.current();
    const { signing } = await this.parts.keys();
    secondLock.warm();
    // An xs:ID must not begin with a digit (saml-core 1.3.4 asks for 128 random bits or more).
    const requestId = `_${randomBytes(20).toString('hex')}`;
    this._saml = authnRequest(config, metadata, {
      requestId,
      acsUrl,
      // SAML knows no greatest age: to be sure of a recent sign-in is to ask for a new one.
      forceAuthn: config.forceAuthn || otherAccount === true || stepUp?.maxAge !== undefined,
      contexts: stepUp?.acr ?? [],
      signing,
    });
    const begun = { provider: config.id, returnTo, createdAt: now(), requestId, ...(stepUp && { stepUp }) };
    const flow = await flows.begin(begun, browser);
    // Nothing of the person's request reaches node-saml: not the query, in which it would look for a response.
    const blank = { query: {}, body: {}, headers: {}, url: '/' } as unknown as SamlRequest;
    super.authenticate(blank, { samlFallback: 'login-request', additionalParams: { RelayState: flow } });
  }

  private async answer(request: SamlRequest, browser: string | undefined): Promise<void> {
    this.success(await receiveAnswer(request, browser, this.parts));
  }
}
