import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import type { TlsConfig } from '../config/index.ts';
import type { Log } from '../identity/index.ts';

export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** How often the files are looked at, milliseconds. By their state and not by events: links of links are seen as well. */
const interval = 2_000;

/** Reads both files. Rejects when one is not there or is not what it should be, and when they are no pair. */
export async function readKeyPair({ certificate, key }: TlsConfig): Promise<KeyPair> {
  const [cert, privateKey] = await Promise.all([readFile(certificate), readFile(key)]);
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(privateKey))) {
    throw new Error(`${key} is not the key of ${certificate}`);
  }
  return { cert, key: privateKey };
}

/**
 * Takes over a certificate that was renewed: new connections get the new one, those that are open go on. Files that are no
 * pair (one is written, the other not yet) or cannot be read change nothing; they are looked at again with the next change.
 * @returns what ends the watching
 */
export function watchKeyPair(
  tls: TlsConfig,
  server: Pick<Server, 'setSecureContext'>,
  log: Log,
  every: number = interval,
): () => void {
  const paths = [tls.certificate, tls.key];
  let working = Promise.resolve();
  async function takeOver(): Promise<void> {
    try {
      const pair = await readKeyPair(tls);
      server.setSecureContext(pair);
      const { validTo, fingerprint256 } = new X509Certificate(pair.cert);
      log.info({ validTo, fingerprint256 }, 'a new certificate is in use');
    } catch (error) {
      log.warn({ err: error }, 'the new certificate cannot be used yet; the one before stays');
    }
  }
  const changed = (): void => {
    working = working.then(takeOver);
  };
  for (const path of paths) watchFile(path, { interval: every, persistent: false }, changed);
  return () => {
    for (const path of paths) unwatchFile(path, changed);
  };
}
