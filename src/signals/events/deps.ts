import type { Actor, AuditWriter } from '../../audit/index.ts';
import type { Directory } from '../../directory/index.ts';
import type { Endings, SessionStore } from '../../sessions/index.ts';
import type { EndedMarks } from '../ended-marks.ts';
import type { SecurityEvent } from './token.ts';

/** What carrying out an event needs of the rest of the house. */
export interface EventDeps {
  readonly sessions: Pick<SessionStore, 'findByIdpSession' | 'listByUser'>;
  readonly endings: Pick<Endings<Actor>, 'endEach' | 'endAllOf'>;
  readonly users: Pick<Directory, 'findByIdentity' | 'findByName' | 'setDeactivated'>;
  readonly audit: AuditWriter;
  readonly marks: Pick<EndedMarks, 'put'>;
  /** Asks the provider of a session at once; `impossible` without a refresh token. */
  recheck(digest: string): Promise<'asked' | 'busy' | 'impossible'>;
  /** Our question has come back on the stream, or its state has changed. */
  noteStream(provider: string, what: 'verified' | 'stream', event: SecurityEvent): Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
