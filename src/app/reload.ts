import { formatProblems, loadConfig, type Config } from '../config/index.ts';
import type { Log } from '../identity/index.ts';

/** What a reload needs of the app. */
export interface Reloadable {
  config(): Config;
  reload(config: Config): Promise<readonly string[]>;
  reloadRefused(problems: number): Promise<void>;
}

/**
 * Reads the files again and takes them over when they are whole. A mistake changes nothing: it is told, with file and
 * line, and what is in force stays. Files that say the same as before are no change. Never rejects.
 */
export async function reloadFrom(
  dir: string,
  app: Reloadable,
  options: { env: Readonly<Record<string, string | undefined>>; log: Log },
): Promise<'reloaded' | 'unchanged' | 'refused'> {
  const { env, log } = options;
  try {
    const loaded = await loadConfig(dir, { env });
    if (!loaded.ok) {
      log.error(
        { problems: formatProblems(loaded.problems, { color: false }).split('\n') },
        'mistakes in the configuration',
      );
      await app.reloadRefused(loaded.problems.length);
      return 'refused';
    }
    if (loaded.config.version === app.config().version) return 'unchanged';
    const waiting = await app.reload(loaded.config);
    if (waiting.length > 0) log.warn({ keys: waiting }, 'these changes count after a restart');
    return 'reloaded';
  } catch (error) {
    log.error({ err: error }, 'the configuration could not be reloaded; what was in force stays');
    return 'refused';
  }
}
