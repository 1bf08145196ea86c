/**
 * Sizes and ages that every document must keep to. They are wide enough for an assertion with some 4,000 groups,
 * and narrow enough that the most expensive document within them is parsed in some tens of milliseconds.
 */
export interface XmlLimits {
  /** Characters of XML. */
  readonly length: number;
  readonly depth: number;
  /** Comments and CDATA sections count as well. */
  readonly elements: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributesPerElement: number;
  /** Attributes of all elements together. */
  readonly attributes: number;
}

/** Base64 characters of a SAMLResponse. */
export const maxEncodedLength = 1_048_576;

export const responseLimits: XmlLimits = {
  length: 786_432,
  depth: 32,
  elements: 20_000,
  attributesPerElement: 32,
  attributes: 30_000,
};

/** Metadata of a single IdP are some kilobytes; those of a federation with some thousand members still fit. */
export const metadataLimits: XmlLimits = {
  length: 33_554_432,
  depth: 32,
  elements: 1_500_000,
  attributesPerElement: 64,
  attributes: 3_000_000,
};

/** Logout messages hold a name and a few indexes; a signature by POST adds some kilobytes. */
export const logoutLimits = {
  /** Characters of a query, of a form field, and of the XML in either. */
  query: 16_384,
  encoded: 65_536,
  xml: { length: 49_152, depth: 16, elements: 400, attributesPerElement: 16, attributes: 2_000 },
} as const satisfies { query: number; encoded: number; xml: XmlLimits };

/** An assertion is made for the moment: one issued longer ago than this is refused, whatever it says of itself. */
export const maxAssertionAge = 15 * 60_000;
