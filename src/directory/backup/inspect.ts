import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import SqliteDatabase from 'better-sqlite3';
import { backupProblem } from './problem.ts';

/** What is in a directory's file. */
export interface Contents {
  /** Last step of the migrations. */
  readonly tables: string;
  readonly users: number;
  readonly groups: number;
  readonly audit: number;
}

/** What is in a file that was found whole, with the digest of its bytes. */
export interface Inspected extends Contents {
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

/**
 * Reads a backup through: every page, every reference between rows.
 * @throws Failure `internal` (`directory.backup`) when it is damaged, or no directory of Doorward
 */
export async function inspect(path: string): Promise<Inspected> {
  let db: SqliteDatabase.Database | undefined;
  let contents: Contents;
  try {
    db = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
    const said = db.pragma('integrity_check', { simple: true });
    if (said !== 'ok') throw new Error(String(said));
    if ((db.pragma('foreign_key_check') as unknown[]).length > 0) throw new Error('references are broken');
    contents = contentsOf(db);
  } catch (error) {
    throw backupProblem(`${path} is damaged, or no directory of Doorward`, error);
  } finally {
    db?.close();
  }
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path), async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) {
      bytes += piece.length;
      hash.update(piece);
    }
  });
  return { ...contents, bytes, digest: hash.digest('hex') };
}

/** Counts what is in an open directory. */
export function contentsOf(db: SqliteDatabase.Database): Contents {
  const only = <T>(text: string): T => db.prepare<[], { value: T }>(text).get()?.value as T;
  return {
    tables: only<string>('select max(name) as value from migrations'),
    users: only<number>('select count(*) as value from users'),
    groups: only<number>('select count(*) as value from groups'),
    audit: only<number>('select count(*) as value from audit'),
  };
}
