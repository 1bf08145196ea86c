import type { AuditConfig } from '../config/index.ts';
import type { AuditTrail, LoginTraceStore } from '../directory/index.ts';
import type { Log } from '../identity/index.ts';

const hourly = 3_600_000;
/** Not in the first moments: a start has better to do. */
const first = 60_000;

/** Lets go of what is older than the configuration wants it kept; hundreds at once, so that nobody waits for it. */
export async function forgetOld(
  directory: Pick<AuditTrail, 'pruneAudit'> & Pick<LoginTraceStore, 'pruneTraces'>,
  audit: Pick<AuditConfig, 'keep' | 'keepTraces'>,
  now: number,
): Promise<{ records: number; traces: number }> {
  const all = async (some: () => Promise<number>): Promise<number> => {
    let total = 0;
    for (let count = await some(); count > 0; count = await some()) total += count;
    return total;
  };
  return {
    records: await all(() => directory.pruneAudit(now - audit.keep)),
    traces: await all(() => directory.pruneTraces(now - audit.keepTraces)),
  };
}

/** Does so from now on, every hour. Returns how to stop. */
export function startRetention(deps: {
  directory: Pick<AuditTrail, 'pruneAudit'> & Pick<LoginTraceStore, 'pruneTraces'>;
  audit: Pick<AuditConfig, 'keep' | 'keepTraces'>;
  now: () => number;
  log: Log;
}): () => void {
  const { directory, audit, now, log } = deps;
  let timer = setTimeout(run, first).unref();
  function run(): void {
    timer = setTimeout(run, hourly).unref();
    forgetOld(directory, audit, now()).then(
      (gone) => {
        if (gone.records + gone.traces > 0) log.info(gone, 'what was old enough has been removed');
      },
      (error: unknown) => log.warn({ err: error }, 'what is old could not be removed'),
    );
  }
  return () => clearTimeout(timer);
}
