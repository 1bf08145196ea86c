/**
 * A refusal is a value, not an exception: the person was understood, and may not come in.
 * The set is closed. To add a reason, follow the recipe in CONTRIBUTING.md.
 */
export const refusalReasons = [
  /** The identity provider said no (OIDC `error`, SAML status), or the person cancelled there. */
  'idp_denied',
  /** The identity provider says that the account is switched off there. */
  'idp_deactivated',
  /** An administrator disabled the user here. */
  'disabled_locally',
  /** SCIM switched the user off. */
  'deactivated_by_scim',
  /** `admit.emailDomains`: the (verified) address is of another domain. */
  'email_domain',
  /** `admit.emailDomains`: there is no address that the identity provider vouches for. */
  'email_unverified',
  /** `admit.requireGroups`: a member of none of them. */
  'required_group',
  /** `groups.whenMissing: refuse` and the identity provider sent no groups claim. */
  'groups_missing',
  /** The identity provider sent an overage marker in place of groups, and they could not be fetched. */
  'groups_overage',
  /** `jit.create: false` and nobody provisioned this person. */
  'not_provisioned',
  /** More than one user matches by the provider's linking rule. */
  'ambiguous_match',
] as const;

export type RefusalReason = (typeof refusalReasons)[number];
