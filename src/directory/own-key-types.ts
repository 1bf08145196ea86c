import type { AuditRecord } from './types.ts';

/** A key pair of the gateway, as the keys room declares it; `use` is one of its words. The private key is sealed. */
export interface OwnKey {
  readonly use: string;
  readonly generation: number;
  readonly id: string;
  readonly publicPart: string;
  readonly sealed: string;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly overlap: number;
}

/** The keys room's KeyStore. `U` is its KeyUse; the directory only carries it. */
export interface OwnKeyStore<U extends string = string> {
  readKeys(): Promise<readonly (OwnKey & { readonly use: U })[]>;
  addKey(key: OwnKey, audit: () => readonly AuditRecord[]): Promise<boolean>;
  hastenKey(key: OwnKey, audit: () => readonly AuditRecord[]): Promise<void>;
  resealKey(key: Pick<OwnKey, 'use' | 'generation' | 'sealed'>): Promise<void>;
  forgetKeys(use: U, before: number): Promise<void>;
}
