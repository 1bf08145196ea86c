/** What a walk along the chain of the audit trail came to. */
export interface AuditCheck {
  /** Records that are chained and in order. */
  readonly records: number;
  /** Records from before there was a chain. */
  readonly unchained: number;
  /** Chained records whose personal part was erased. */
  readonly erased: number;
  /** Number of the last record that was removed because it was old enough; 0: none. */
  readonly anchored: number;
  /** Digest of the last record: written down elsewhere, it tells later whether everything up to it is still there. */
  readonly head: string;
  /** The first record that does not fit. */
  readonly broken: { readonly seq: number | undefined; readonly what: string } | undefined;
}

/** The audit trail as a chain. */
export interface AuditTrail {
  /**
   * Walks along the whole chain; told now and then how far it is. `known`: the digest of a record, written down elsewhere
   * earlier, which must be met on the way.
   */
  verifyAudit(onProgress?: (records: number) => void, known?: string): Promise<AuditCheck>;
  /** Removes the oldest records from before that moment, some hundreds at once. How many were removed; 0: done. */
  pruneAudit(before: number): Promise<number>;
}
