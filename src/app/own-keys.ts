import type { Config } from '../config/index.ts';
import { createKeyring, type Keyring, type KeyStore, type KeyUse, type SecretBox } from '../keys/index.ts';
import type { OwnKeyStore } from '../directory/index.ts';
import { silentLog, type Log } from '../identity/index.ts';
import { decryptSecret, encryptSecret } from '../sessions/index.ts';

const purpose = 'own private keys';

/** The gateway's own keys, in the directory, sealed with the secrets of this configuration. */
export function keyringOf(
  config: Pick<Config, 'baseUrl' | 'secrets'>,
  directory: { ownKeys(): OwnKeyStore<KeyUse> },
  { now = Date.now, log = silentLog }: { readonly now?: () => number; readonly log?: Log } = {},
): Keyring {
  const store: KeyStore = directory.ownKeys();
  const subject = new URL(config.baseUrl).hostname;
  return createKeyring({ store, box: secretBox(config.secrets), subject, now, log });
}

function secretBox(secrets: readonly string[]): SecretBox {
  const newest = secrets.slice(0, 1);
  return {
    seal: (plain) => encryptSecret(plain, newest, purpose),
    open(sealed) {
      const plain = decryptSecret(sealed, newest, purpose);
      if (plain !== undefined) return { plain, outdated: false };
      const older = decryptSecret(sealed, secrets, purpose);
      return older === undefined ? undefined : { plain: older, outdated: true };
    },
  };
}
