import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { contentsOf, inspect, type Inspected } from './inspect.ts';
import { backupProblem, fileOf } from './problem.ts';

/** Pages copied between two reports of progress; some 8 MB. */
const pagesAtOnce = 2_000;

/**
 * Writes the directory of `sqlite:/absolute/path`, as it is at this moment, into a new file that only its owner may read.
 * The gateway may run meanwhile: nobody waits, and what is written after the beginning is not in it. The file is read
 * through before it gets its name, so that a backup that is there is whole.
 *
 * @throws Failure `internal` (`directory.backup`) for another kind of directory, when the file exists already, or what was
 *   written is not what was read
 */
export async function backupDirectory(
  url: string,
  target: string,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Inspected> {
  const path = fileOf(url);
  if (existsSync(target)) throw backupProblem(`${target} exists already, and a backup overwrites nothing.`);
  const partial = `${target}.unfinished`;
  rmSync(partial, { force: true });
  try {
    closeSync(openSync(partial, 'wx', 0o600));
    const expected = await copyOf(path, partial, onProgress);
    settle(partial);
    const found = await inspect(partial);
    for (const [name, value] of Object.entries(expected))
      if (found[name as keyof typeof expected] !== value) throw backupProblem(`The copy differs in ${name}.`);
    flush(partial);
    // Unlike a rename, it fails when somebody else has made such a file meanwhile.
    linkSync(partial, target);
    flush(dirname(target));
    return found;
  } finally {
    rmSync(partial, { force: true });
  }
}

async function copyOf(path: string, partial: string, onProgress: (done: number, of: number) => void) {
  if (!existsSync(path)) throw backupProblem(`There is no directory at ${path}.`);
  const source = new SqliteDatabase(path, { fileMustExist: true, timeout: 5_000 });
  try {
    source.pragma('query_only = on');
    // One snapshot for the counts and for every page: a copy without it begins anew with each write of the gateway.
    source.exec('begin');
    const contents = contentsOf(source);
    await source.backup(partial, {
      progress({ totalPages, remainingPages }) {
        onProgress(totalPages - remainingPages, totalPages);
        return pagesAtOnce;
      },
    });
    source.exec('rollback');
    return contents;
  } finally {
    source.close();
  }
}

/** A file by itself, that needs no other beside it to be read. */
function settle(path: string): void {
  const db = new SqliteDatabase(path, { fileMustExist: true });
  try {
    db.pragma('journal_mode = delete');
  } finally {
    db.close();
  }
}

/** Waits until a file, or a folder's list of files, is on the disk. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
