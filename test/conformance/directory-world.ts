import type { DirectoryProcess } from '../support/directory-process.ts';
import type { DirectoryUnderTest, TestDirectory } from '../support/directory.ts';

/** What the parts of the conformance suite share; filled before the first test runs. */
export interface DirectoryWorld {
  under: DirectoryUnderTest;
  url: string;
  directory: TestDirectory;
  /** Another connection to the same database. */
  second: TestDirectory;
  /** Another process. */
  other: DirectoryProcess;
}
