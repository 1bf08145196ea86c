/**
 * How a product is set up, in words. `{redirectUri}`, `{acs}`, `{entityId}`, `{metadata}`, `{login}`, `{signedOut}`,
 * `{backChannelLogout}`, `{frontChannelLogout}` and `{singleLogout}` stand for our addresses.
 */
export interface Guide {
  /** The product's own name. */
  readonly product: string;
  readonly oidc?: ProtocolGuide;
  readonly saml?: ProtocolGuide;
  /** What to know besides: what the groups look like, what bites. */
  readonly notes: readonly string[];
}

export interface ProtocolGuide {
  /** What to click and what to paste there, in order. */
  readonly steps: readonly string[];
  /** `providers/NAME.yaml`, the smallest file that works, with example values. */
  readonly file: string;
}
