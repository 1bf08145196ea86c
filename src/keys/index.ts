/**
 * keys: the gateway's own key pairs.
 *
 * Owns what they are for, how they are made, when each of them signs and how long it is published after. It may not know
 * SAML, tokens' claims or the database: it is handed a store and a box that seals private keys with the configuration's
 * secrets. A state follows from times alone, so all processes agree on it without talking.
 *
 *   first use ─▶ makeKey ─▶ store (one process wins)        next ──signsFrom──▶ current ──a later key signs──▶ previous ─▶ gone
 *                                                           └──────────────── published ────────────────────┘
 *   providers ◀─ samlKeys ◀─ keyring ─▶ assertion signer ─▶ gate (tokens), jwks.json
 */
export { createAssertionSigner, type AssertionSigner } from './assertion-signer.ts';
export { published, type KeyAt, type KeyState } from './key-state.ts';
export { createKeyring, type Keyring, type Rotation, type RotateOptions } from './keyring.ts';
export { samlKeys, type SamlKeys } from './saml-keys.ts';
export * from './types.ts';
