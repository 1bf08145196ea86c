import type passport from 'passport';
import type { IdentityAssertion, IdpSession, NameId } from '../identity/index.ts';

/** What the strategy of every provider ends in, handed to Passport as its "user". Failures go to `error(Failure)`. */
export type ProviderAnswer =
  | {
      readonly kind: 'asserted';
      readonly assertion: IdentityAssertion;
      /** A way back kept on our side: an absolute path on this origin, or an allowed absolute URL. */
      readonly returnTo: string | undefined;
      /** Version of the configuration that the login began under; undefined for one that nobody here began. */
      readonly configVersion?: string | undefined;
      /** Claims or attributes as they came, verified: for the trace of the login, which masks what is secret. */
      readonly claims?: Readonly<Record<string, unknown>>;
    }
  | {
      /** The identity provider itself said no. */
      readonly kind: 'refused';
      readonly reason: 'idp_denied' | 'idp_deactivated';
      /** OIDC `error` or the SAML status code, and nothing longer: for the audit log. */
      readonly idpMessage: string;
      readonly returnTo: string | undefined;
    };

/** How web calls `passport.authenticate(provider.id, options, callback)`. */
export type StrategyOptions = { readonly session: false } & (
  | {
      readonly step: 'start';
      /** Already checked by web; kept in the login state on our side. */
      readonly returnTo: string | undefined;
      /** Value of this browser's correlation cookie (web sets it). The login state is bound to its digest. */
      readonly browser: string;
      /**
       * The person asked for another account: the identity provider must ask who they are, although it may remember
       * somebody (OIDC `prompt=select_account` or `login`, SAML `ForceAuthn`).
       */
      readonly otherAccount?: boolean;
      /** A page wants a more recent or a stronger sign-in than the person has. */
      readonly stepUp?: StepUpDemand;
    }
  | {
      readonly step: 'answer';
      /** Undefined when the browser brought no correlation cookie: refused, unless the file allows unsolicited SAML. */
      readonly browser: string | undefined;
    }
);

/** What a login is to be, when a page wants more than just any: checked when it is answered. */
export interface StepUpDemand {
  /** The person must have proved who they are within this time, milliseconds. */
  readonly maxAge: number | undefined;
  /** In one of these contexts (`acr`, `AuthnContextClassRef`). Empty: any. */
  readonly acr: readonly string[];
}

/** A configured identity provider, ready to be asked. */
export interface Provider {
  readonly id: string;
  readonly label: string;
  readonly preset: string;
  readonly protocol: 'oidc' | 'saml';
  /** Passport strategy named by the provider's id. On `start` it redirects (or, for a POST binding, see `info`). */
  readonly strategy: passport.Strategy;
  /** What is known of the identity provider's health from the last attempt; never waits. */
  health(): { readonly state: 'unknown' | 'up' | 'down'; readonly since: number | undefined };
  /** Begins what it does in the background: metadata are kept fresh. Before that it asks nobody but for a login. */
  start?(): void;
  /** SAML: the identity provider's signing certificates as they are known now, PEM. Never waits. */
  knownCertificates?(): readonly string[];
  /** SAML: our SP metadata as XML. Undefined for OIDC. */
  metadata?(): Promise<string>;
  /**
   * How the browser leaves the identity provider as well, once the session here has ended. Undefined when this provider
   * has no such endpoint, or does not know this session. Throws Failure `idp_unavailable` when that cannot be found out.
   */
  signOut?(idp: IdpSession): Promise<SignOut | undefined>;
  /** Origins that {@link Provider.signOut} may send the browser to, for pages that name where a form may lead. Never throws. */
  signOutOrigins?(): Promise<readonly string[]>;
  /** SAML: single logout; what we send needs a key to sign with. */
  readonly logouts?: ProviderLogouts;
  /** OpenID Connect: what ends and re-checks sessions without the browser. */
  readonly tokens?: ProviderTokens;
  /** Stops background work (refreshing, workers). */
  close(): Promise<void>;
}

/** Where the browser is sent to sign out at the identity provider. */
export type SignOut =
  | { readonly kind: 'redirect'; readonly url: string }
  /** A form that the browser posts (SAML HTTP-POST binding). */
  | { readonly kind: 'post'; readonly url: string; readonly fields: Readonly<Record<string, string>> };

/** What arrived at our single logout address, as it arrived. */
export type SloInput =
  /** The query of the request target, without its question mark, byte for byte. */
  | { readonly binding: 'redirect'; readonly query: string }
  | { readonly binding: 'post'; readonly fields: ReadonlyMap<string, string> };

/** A LogoutRequest of the identity provider, verified. */
export interface ReceivedLogoutRequest {
  readonly kind: 'request';
  readonly id: string;
  readonly issuer: string;
  readonly nameId: NameId;
  /** Empty: all sessions of this NameID. */
  readonly sessionIndexes: readonly string[];
  /** Milliseconds since the epoch, by the identity provider's clock. */
  readonly issuedAt: number;
  /** Refused from then on. */
  readonly usableUntil: number;
  readonly relayState: string | undefined;
}

/** A verified message of single logout; the answer to a request of ours says whether everybody took part. */
export type LogoutMessage = ReceivedLogoutRequest | { readonly kind: 'response'; readonly complete: boolean };

/** SAML single logout (saml-profiles 4.4) with one identity provider. */
export interface ProviderLogouts {
  /**
   * Verifies a message: signed by the identity provider's key, from it, to this address, just now; a response answers a
   * request of ours, once. Replays of requests are for the caller to find.
   * @throws Failure `login_rejected`, `idp_unavailable`, `store_unavailable`
   */
  receive(input: SloInput): Promise<LogoutMessage>;
  /** Our signed answer: the sessions have ended. Throws Failure `idp_unavailable` when it has nowhere to go. */
  respond(request: ReceivedLogoutRequest): Promise<SignOut>;
}

/** Claims of a JWT that the provider's keys have signed for us, and its header; what the claims mean is not judged yet. */
export interface SignedToken {
  readonly claims: Readonly<Record<string, unknown>>;
  /** `typ` in lower case and without `application/` (RFC 8725, section 3.11); undefined when the header has none. */
  readonly type: string | undefined;
}

/** What an OpenID provider says without a browser in between. */
export interface ProviderTokens {
  /**
   * Verifies a JWT of the provider for us: one of the algorithms of its file, a signature by its keys, its issuer (of a
   * tenant that may sign in), our client id as the audience.
   * @throws Failure `login_rejected` when it does not hold, `idp_unavailable` when there are no keys to be had
   */
  verify(jwt: string): Promise<SignedToken>;
  /** The `issuer` that a value of `iss` stands for, or undefined when it is not this provider's. */
  isIssuer(iss: string): boolean;
  /** The person a token speaks of, by the same claim as in a login; undefined when the token has no such claim. */
  subjectOf(claims: SignedToken['claims']): string | undefined;
  /** Clock difference that is tolerated, milliseconds. */
  readonly tolerance: number;
  /**
   * Asks whether a sign-in still stands, by its refresh token, and what is to be said of the person now.
   * @throws Failure `idp_unavailable`, or `login_rejected` when the answer cannot be believed: then it is not known
   */
  refresh(signIn: {
    readonly issuer: string;
    readonly subject: string;
    readonly idp: IdpSession;
  }): Promise<RefreshOutcome>;
}

/** What an OpenID provider says of a sign-in when its refresh token is used. */
export type RefreshOutcome =
  /** It is over, or the person has to come themselves. `error`: the provider's word for it. */
  | { readonly kind: 'ended'; readonly error: string }
  | {
      readonly kind: 'confirmed';
      /** To be used the next time; the last one may be worth nothing from now on. */
      readonly refreshToken: string;
      readonly idToken: string | undefined;
      /** The person as the provider describes them now; undefined when it says nothing new. Throws as `refresh` does. */
      identify(): Promise<IdentityAssertion | undefined>;
    };

/**
 * A login under way, kept on our side (`state` / RelayState is only its random key), bound to the browser that began it.
 */
export interface LoginFlow {
  readonly provider: string;
  readonly returnTo: string | undefined;
  readonly createdAt: number;
  readonly stepUp?: StepUpDemand;
  /** Noted by `begin`: the configuration the login began under. */
  readonly configVersion?: string;
  /** OIDC only. */
  readonly nonce?: string;
  readonly codeVerifier?: string;
  /** SAML only: the ID of our AuthnRequest. */
  readonly requestId?: string;
}

export interface LoginFlows {
  /** Stores the flow for `config.login.timeout`; returns its key: 32 random bytes, base64url. */
  begin(flow: LoginFlow, browser: string): Promise<string>;
  /**
   * Takes the flow: once only, of this provider only, in the same browser only.
   * Throws Failure('login_state_unknown') otherwise, and then leaves the flow of another browser untouched.
   */
  finish(key: string, provider: string, browser: string | undefined): Promise<LoginFlow>;
}
