import { createRequire } from 'node:module';

/**
 * node-saml decrypts with a library that takes weak ciphers from anybody and misreads the OAEP digest. The first lock has
 * decrypted already, strictly; this puts its plain text where node-saml would decrypt again. One document at a time runs
 * in a worker, so a variable suffices.
 */
const require = createRequire(import.meta.url);
const xml: {
  decryptXml: (...args: unknown[]) => Promise<string>;
} = require('@node-saml/node-saml/lib/xml.js');

let current: string | undefined;

xml.decryptXml = () =>
  current === undefined ? Promise.reject(new Error('nothing was decrypted')) : Promise.resolve(current);

/** What the next EncryptedAssertion is decrypted to; undefined: nothing, and meeting one is an error. */
export function handOverPlaintext(plaintext: string | undefined): void {
  current = plaintext;
}
