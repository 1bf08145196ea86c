import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the table says of an identity provider beside the outcomes of its tests. */
export interface Note {
  readonly row: string;
  readonly name: string;
  readonly protocol: string;
  readonly version?: string;
  /** Why it was not run, in one sentence. */
  readonly missing?: string;
  /** Journeys that it cannot make. */
  readonly impossible: readonly string[];
}

/** Where this run keeps its notes; the reporter is in the same process. */
export const notesFolder = join(tmpdir(), `doorward-interop-${process.pid}`);

export function note(what: Note): void {
  mkdirSync(notesFolder, { recursive: true });
  writeFileSync(join(notesFolder, `${what.row.replaceAll(/\W+/g, '-')}.json`), JSON.stringify(what));
}
