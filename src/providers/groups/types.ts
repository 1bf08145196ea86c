import type { IdentityAssertion } from '../../identity/index.ts';
import type { Claims } from '../groups-claim.ts';
import type { Api } from './api.ts';

/** What a login brought beside the assertion. */
export interface Evidence {
  /** Verified claims or attributes. */
  readonly claims: Claims;
  /** OIDC access token of the person. */
  readonly accessToken?: string;
}

/** A group as an API names it. */
export interface FoundGroup {
  /** The lasting name: an id (Graph), an address (Google), a name (Okta). */
  readonly id: string;
  /** What people call it, where the API says so. */
  readonly label: string | undefined;
}

/** One API. Each call is within the time of one login, which `api` keeps. Throws LookupFailed. */
export interface Directory {
  /** All groups of the person, nested ones included where the API knows them. */
  groupsOf(assertion: IdentityAssertion, evidence: Evidence, api: Api): Promise<readonly FoundGroup[]>;
  /** Labels of groups that the login named by id; undefined where the API has no such question. */
  labelsOf?(
    ids: readonly string[],
    assertion: IdentityAssertion,
    evidence: Evidence,
    api: Api,
  ): Promise<readonly FoundGroup[]>;
  /** Most names that a token of this vendor lists: with as many, the list may have been cut off. */
  readonly mostNamed?: number;
}
