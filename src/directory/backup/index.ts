export { backupDirectory } from './backup.ts';
export { restoreDirectory, type Restored } from './restore.ts';
export type { Inspected } from './inspect.ts';
