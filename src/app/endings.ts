import { readFile } from 'node:fs/promises';
import { certificatesEnd, endingsOf, endsWithin, type Config, type Ending } from '../config/index.ts';
import type { Log } from '../identity/index.ts';
import type { Keyring } from '../keys/index.ts';
import { published } from '../keys/index.ts';

export interface EndingsDeps {
  readonly config: Pick<Config, 'providers' | 'tls'>;
  /** By id: the identity provider's signing certificates as they are known now. */
  readonly providers: ReadonlyMap<string, { knownCertificates?(): readonly string[] }>;
  readonly keyring: Pick<Keyring, 'list'>;
  readonly now: () => number;
  readonly log: Log;
}

/** What of this gateway ends one day, and the warnings before it does. */
export interface Endings {
  /** Soonest first; the files and keys of ours as they were when last looked at. Never waits. */
  current(): readonly Ending[];
  /** Looks at files and keys, and logs each warning once: 30, 14 and 3 days before, and when it has ended. Never rejects. */
  check(): Promise<void>;
  /** Checks now and every hour. */
  start(): void;
  stop(): void;
}

const hour = 3_600_000;

export function watchEndings({ config, providers, keyring, now, log }: EndingsDeps): Endings {
  let ours: readonly Ending[] = [];
  const told = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const current = (): readonly Ending[] =>
    [
      ...config.providers.flatMap((file) => endingsOf(file, providers.get(file.id)?.knownCertificates?.())),
      ...ours,
    ].toSorted((one, other) => one.endsAt - other.endsAt);

  async function lookAtOurs(): Promise<void> {
    const found: Ending[] = [];
    const add = (credential: Ending['credential'], what: string, pems: readonly string[]): void => {
      const endsAt = certificatesEnd(pems);
      if (endsAt !== undefined) found.push({ provider: undefined, credential, what, endsAt });
    };
    if (config.tls !== undefined)
      add('tls', 'the TLS certificate', [await readFile(config.tls.certificate, 'utf8')]);
    const keys = published(await keyring.list());
    const certificates = (use: string): readonly string[] =>
      keys.filter((key) => key.use === use).map((key) => key.publicPart);
    add('our_signing', 'our own SAML signing certificate', certificates('saml-signing'));
    add('our_decryption', 'our own SAML decryption certificate', certificates('saml-decryption'));
    ours = found;
  }

  function warn(): void {
    for (const ending of current()) {
      const { provider, credential, what, endsAt } = ending;
      const name = `${provider ?? ''} ${credential}`;
      const within = endsWithin(ending, now());
      if (within === undefined || (told.get(name) ?? Number.POSITIVE_INFINITY) <= within) {
        if (within === undefined) told.delete(name);
        continue;
      }
      told.set(name, within);
      const fields = { provider, credential, endsAt: new Date(endsAt) };
      if (within === 0) log.error(fields, `${what} has ended: replace it`);
      else log.warn(fields, `${what} ends in less than ${within} days: replace it before`);
    }
  }

  async function check(): Promise<void> {
    await lookAtOurs().catch((error: unknown) =>
      log.warn({ err: error }, 'when our own certificates end could not be found out'),
    );
    warn();
  }

  return {
    current,
    check,
    start() {
      void check();
      timer = setInterval(() => void check(), hour).unref();
    },
    stop: () => clearInterval(timer),
  };
}
