import { formatProblems, loadConfig, type Config } from '../config/index.ts';
import type { Log } from '../identity/index.ts';
import type { Review } from './review.ts';

/** What a reload needs of the app. */
export interface Reloadable {
  config(): Config;
  /** What would it do to people? Changes nothing. */
  review(config: Config): Promise<Review>;
  /** Has an administrator accepted exactly these files? */
  isAccepted(version: string): Promise<boolean>;
  reload(config: Config): Promise<readonly string[]>;
  reloadRefused(problems: number): Promise<void>;
  /** Takes too much away to come into force unasked. */
  reloadHeld(version: string, review: Review): Promise<void>;
  /** The files are again what is in force. */
  reloadSettled(): Promise<void>;
}

export type ReloadOutcome = 'reloaded' | 'unchanged' | 'refused' | 'held';

interface ReloadOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/**
 * Reads the files again and takes them over when they are whole and take no more away than allowed. A mistake changes
 * nothing: it is told, with file and line, and what is in force stays. Files that say the same as before are no change.
 * Never rejects.
 */
export async function reloadFrom(
  dir: string,
  app: Reloadable,
  options: ReloadOptions,
): Promise<ReloadOutcome> {
  return (await tryReload(dir, app, options)).outcome;
}

async function tryReload(
  dir: string,
  app: Reloadable,
  { env, log }: ReloadOptions,
): Promise<{ outcome: ReloadOutcome; held?: string }> {
  try {
    const loaded = await loadConfig(dir, { env });
    if (!loaded.ok) {
      log.error(
        { problems: formatProblems(loaded.problems, { color: false }).split('\n') },
        'mistakes in the configuration',
      );
      await app.reloadRefused(loaded.problems.length);
      return { outcome: 'refused' };
    }
    const { version } = loaded.config;
    if (version === app.config().version) {
      await app.reloadSettled();
      return { outcome: 'unchanged' };
    }
    const review = await app.review(loaded.config);
    if (review.over.length > 0 && !(await app.isAccepted(version))) {
      await app.reloadHeld(version, review);
      return { outcome: 'held', held: version };
    }
    const waiting = await app.reload(loaded.config);
    if (waiting.length > 0) log.warn({ keys: waiting }, 'these changes count after a restart');
    return { outcome: 'reloaded' };
  } catch (error) {
    log.error({ err: error }, 'the configuration could not be reloaded; what was in force stays');
    return { outcome: 'refused' };
  }
}

/** Reloads one after the other, whoever asks: a file that changed, a signal, an administrator who accepted. */
export interface Reloader {
  reload(): Promise<ReloadOutcome>;
  stop(): void;
}

/** How often a gateway that holds files back asks whether they have been accepted, milliseconds. */
const askEvery = 1_000;

export function createReloader(
  dir: string,
  app: Reloadable,
  options: ReloadOptions & { readonly every?: number },
): Reloader {
  const { log, every = askEvery } = options;
  let working: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function reload(): Promise<ReloadOutcome> {
    const next = working.then(async () => {
      clearTimeout(timer);
      const { outcome, held } = await tryReload(dir, app, options);
      if (held !== undefined) wait(held);
      return outcome;
    });
    working = next;
    return next;
  }

  /** Until somebody accepts what is held, or the files change again. */
  function wait(version: string): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      app.isAccepted(version).then(
        (isAccepted) => void (isAccepted ? reload() : wait(version)),
        (error: unknown) => {
          log.debug({ err: error }, 'could not ask whether the held configuration was accepted');
          wait(version);
        },
      );
    }, every);
    timer.unref();
  }

  return {
    reload,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
