/**
 * What our keys are for:
 * - `saml-signing`: AuthnRequests and logout messages, of providers whose files have no `signing`;
 * - `saml-decryption`: encrypted assertions, likewise;
 * - `assertion`: the JWT that applications can check on their own.
 */
export const keyUses = ['saml-signing', 'saml-decryption', 'assertion'] as const;

export type KeyUse = (typeof keyUses)[number];

/** A key pair as it is stored. Nothing here is ever changed but `signsFrom`, and that only to an earlier time. */
export interface StoredKey {
  readonly use: KeyUse;
  /** 1 for the first key of its use, then counted up: no two processes make the same one. */
  readonly generation: number;
  /** Key id: the JWK thumbprint (RFC 7638) of the public key. */
  readonly id: string;
  /** SAML: the certificate, PEM. Assertion: the public JWK, JSON. */
  readonly publicPart: string;
  /** The private key, PKCS #8 PEM, sealed with the configuration's secrets. */
  readonly sealed: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  /** From then on it is the one that signs. */
  readonly signsFrom: number;
  /** For how long after {@link signsFrom} the key before it stays published, milliseconds. */
  readonly overlap: number;
}

/** An audit record of a change of keys, as the directory stores it in the same transaction. */
export interface KeyEvent {
  readonly type: 'key.created' | 'key.hastened';
  readonly at: number;
  readonly actor: KeyActor;
  readonly use: KeyUse;
  readonly keyId: string;
  readonly signsFrom: number;
}

/** Who did it, in audit's words. */
export interface KeyActor {
  readonly kind: 'command' | 'admin' | 'system';
  readonly name?: string;
}

/** What keys needs of the directory. Every method rejects with Failure('store_unavailable') when it does not answer. */
export interface KeyStore {
  /** Every key of every use, by use and generation. */
  readKeys(): Promise<readonly StoredKey[]>;
  /** Adds a key; false, and nothing is written, when there is a key of that use and generation already. */
  addKey(key: StoredKey, audit: () => readonly KeyEvent[]): Promise<boolean>;
  /** Lets a key sign from an earlier time on. */
  hastenKey(key: StoredKey, audit: () => readonly KeyEvent[]): Promise<void>;
  /** The same private key sealed anew. */
  resealKey(key: Pick<StoredKey, 'use' | 'generation' | 'sealed'>): Promise<void>;
  /** Forgets the keys of a use before this generation. */
  forgetKeys(use: KeyUse, before: number): Promise<void>;
}

/** Seals with the first secret of the configuration; opens with any. */
export interface SecretBox {
  seal(plain: string): string;
  /** Undefined when none of the secrets fits. `outdated`: not sealed with the first one. */
  open(sealed: string): { readonly plain: string; readonly outdated: boolean } | undefined;
}
