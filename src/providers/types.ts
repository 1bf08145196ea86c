import type passport from 'passport';
import type { IdentityAssertion } from '../identity/index.ts';

/** What the strategy of every provider ends in, handed to Passport as its "user". Failures go to `error(Failure)`. */
export type ProviderAnswer =
  | {
      readonly kind: 'asserted';
      readonly assertion: IdentityAssertion;
      /** A way back kept on our side: an absolute path on this origin, or an allowed absolute URL. */
      readonly returnTo: string | undefined;
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
    }
  | {
      readonly step: 'answer';
      /** Undefined when the browser brought no correlation cookie: refused, unless the file allows unsolicited SAML. */
      readonly browser: string | undefined;
    }
);

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
  /** SAML: our SP metadata as XML. Undefined for OIDC. */
  metadata?(): Promise<string>;
  /** Stops background work (refreshing, workers). */
  close(): Promise<void>;
}

/**
 * A login under way, kept on our side (`state` / RelayState is only its random key), bound to the browser that began it.
 */
export interface LoginFlow {
  readonly provider: string;
  readonly returnTo: string | undefined;
  readonly createdAt: number;
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
