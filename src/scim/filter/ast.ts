/** A name as written: `[urn:]attribute[.sub]` (RFC 7644, section 3.10). */
export interface AttributePath {
  readonly urn: string | undefined;
  readonly attribute: string;
  readonly sub: string | undefined;
}

export const comparisons = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof comparisons)[number];
export type FilterValue = string | number | boolean | null;

/** A filter as a tree (RFC 7644, section 3.4.2.2). */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly filter: Filter }
  | { readonly op: 'pr'; readonly path: AttributePath }
  | { readonly op: Comparison; readonly path: AttributePath; readonly value: FilterValue }
  /** `emails[type eq "work"]`: one and the same element satisfies the inner filter. */
  | { readonly op: 'element'; readonly path: AttributePath; readonly filter: Filter };

/** A PATCH path (RFC 7644, section 3.5.2): an attribute, or elements of one, or a sub-attribute of those elements. */
export interface PatchPath {
  readonly path: AttributePath;
  readonly filter: Filter | undefined;
}
