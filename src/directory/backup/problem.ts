import { isAbsolute } from 'node:path';
import { Failure } from '../../identity/index.ts';

/** Why a backup cannot be made or put back, in words for the person who asked. */
export function backupProblem(message: string, cause?: unknown): Failure {
  const why = Error.isError(cause) ? ` (${cause.message})` : '';
  return new Failure('internal', { detail: 'directory.backup', cause: new Error(`${message}${why}`) });
}

/** Path of the file of `sqlite:/absolute/path`. */
export function fileOf(url: string): string {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : '';
  if (isAbsolute(path)) return path;
  throw backupProblem(
    'This directory is not a SQLite file: back PostgreSQL up with pg_dump or your own tools.',
  );
}
