import type { ConsoleStore } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';
import type { SessionStore } from '../sessions/index.ts';

/** How often the number of live sessions is noted, milliseconds; several processes agree on the moments. */
export const sampleStep = 5 * 60_000;
const keep = 31 * 24 * 3_600_000;
/** More sessions than this are plotted as this many. */
const most = 100_000;

/** Notes the number of live sessions from now on, for the plot on the overview. Returns how to stop. */
export function startSampling(deps: {
  sessions: Pick<SessionStore, 'list'>;
  directory: Pick<ConsoleStore, 'addSample'>;
  /** Told of the number, for metrics. */
  onCounted?: (count: number) => void;
  now: () => number;
  log: Log;
}): () => void {
  const { sessions, directory, onCounted, now, log } = deps;
  const sample = async (): Promise<void> => {
    try {
      const live = await sessions.list({ limit: most });
      const value = live.filter((session) => session.login !== undefined).length;
      onCounted?.(value);
      const at = Math.floor(now() / sampleStep) * sampleStep;
      await directory.addSample({ name: 'sessions', at, value }, keep);
    } catch (error) {
      log.debug({ cause: error }, 'the number of sessions could not be noted');
    }
  };
  const timer = setInterval(() => void sample(), sampleStep).unref();
  return () => clearInterval(timer);
}
