import { Tinypool } from 'tinypool';
import { Failure } from '../../../identity/index.ts';
import { rejected } from '../rejected.ts';
import { parseIdpMetadata, type IdpMetadata, type WantedMetadata } from './metadata.ts';
import type { ReaderAnswer, ReaderTask } from './reader-worker.ts';

/** Up to so many characters a document is read where it arrives; a federation's would hold up everybody's requests. */
const readsHere = 131_072;
/** A federation of some thousand members takes seconds. */
const patience = 30_000;

const worker = new URL('./reader-worker.ts', import.meta.url).href;

/**
 * {@link parseIdpMetadata}, with large documents read in a thread of their own: it lives for the one document, which comes
 * every few hours.
 *
 * @throws Failure as {@link parseIdpMetadata}, or `login_rejected` (`saml.metadata.reader`) when the thread ends early
 */
export async function readIdpMetadata(xml: string, wanted: WantedMetadata): Promise<IdpMetadata> {
  if (xml.length <= readsHere) return parseIdpMetadata(xml, wanted);
  const { entityId, signedBy } = wanted;
  const answer = await readElsewhere({ xml, wanted: { entityId, signedBy } });
  if (answer.kind === 'read') return answer.metadata;
  const { code, detail, message } = answer;
  throw new Failure(code, {
    ...(detail !== undefined && { detail }),
    ...(message !== undefined && { cause: new Error(message) }),
  });
}

async function readElsewhere(task: ReaderTask): Promise<ReaderAnswer> {
  const pool = new Tinypool({
    filename: worker,
    minThreads: 0,
    maxThreads: 1,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  try {
    return (await pool.run(task, { signal: AbortSignal.timeout(patience) })) as ReaderAnswer;
  } catch (cause) {
    throw rejected('metadata.reader', cause);
  } finally {
    await pool.destroy();
  }
}
