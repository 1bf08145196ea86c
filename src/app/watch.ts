import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/** Several writes of one edit, and an editor's rename, are one change. Milliseconds. */
const settle = 300;

/**
 * Calls `onChange` some time after a file of the configuration directory changed, and never while it is still at work on
 * an earlier change. Directories are watched, not files: editors and container platforms replace files.
 * @returns what ends the watching
 */
export function watchConfig(dir: string, onChange: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let working = Promise.resolve();
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      working = working.then(onChange);
    }, settle);
    timer.unref();
  };
  const watchers = [dir, join(dir, 'providers')].flatMap((path): FSWatcher[] => {
    try {
      const watcher = watch(path, { persistent: false }, (_event, name) => {
        if (name === null || /\.(ya?ml|pem|xml)$|^\.\.data$|^providers$/.test(name)) changed();
      });
      // A directory that goes away: the files that were read stay in force, and SIGHUP still reloads.
      watcher.on('error', () => watcher.close());
      return [watcher];
    } catch {
      return [];
    }
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
