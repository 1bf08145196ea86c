import { open } from 'node:fs/promises';

/** Largest file that is read: a configuration, a key, a secret or a metadata document of one provider. */
export const largestFile = 1024 * 1024;

/** Reads a file as UTF-8 text; rejects when it cannot be had. */
export type ReadFile = (path: string) => Promise<string>;

/** Why a file could not be read, in words for the administrator. */
export class UnreadableFile extends Error {}

/** Reads a regular file of at most {@link largestFile} bytes as UTF-8. Rejects with {@link UnreadableFile} otherwise. */
export async function readTextFile(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat().then((stats) => {
      if (!stats.isFile()) throw new UnreadableFile('it is not a regular file');
      return stats;
    });
    if (size > largestFile) throw new UnreadableFile('it is larger than 1 MB');
    const bytes = await handle.readFile();
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new UnreadableFile('it is not UTF-8 text');
    throw error;
  } finally {
    await handle.close();
  }
}

/** The text of a file, or the reason why not. Never throws, and never repeats what is in the file. */
export async function tryRead(
  readFile: ReadFile,
  path: string,
): Promise<{ readonly text: string } | { readonly missing: boolean; readonly why: string }> {
  try {
    const text = await readFile(path);
    if (Buffer.byteLength(text) > largestFile) return { missing: false, why: 'it is larger than 1 MB' };
    return { text };
  } catch (error) {
    if (error instanceof UnreadableFile) return { missing: false, why: error.message };
    const code = Error.isError(error) && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true, why: 'there is no such file' };
    if (code === 'EACCES' || code === 'EPERM') return { missing: false, why: 'permission denied' };
    if (code === 'EISDIR') return { missing: false, why: 'it is not a regular file' };
    return { missing: false, why: 'it cannot be read' };
  }
}
