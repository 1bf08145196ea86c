import type { Actor, AuditWriter } from '../audit/index.ts';
import type { Config } from '../config/index.ts';
import type { Directory } from '../directory/index.ts';
import type { IdentityAssertion, Log } from '../identity/index.ts';
import type { LoginOutcome } from '../jit/index.ts';
import type { Provider } from '../providers/index.ts';
import type { RecheckDeps } from './recheck/index.ts';
import type { Endings, SessionStore, TransientStore } from '../sessions/index.ts';

/** Everything signals is handed by app.ts, as narrow as it needs it. */
export interface SignalsDeps {
  readonly config: Pick<Config, 'baseUrl' | 'prefix' | 'secrets' | 'providers' | 'brand' | 'contact'>;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly sessions: Pick<SessionStore, 'findByIdpSession' | 'listByUser' | 'get' | 'renew'>;
  readonly endings: Pick<Endings<Actor>, 'end' | 'endEach' | 'endAllOf'>;
  readonly users: Pick<Directory, 'findByIdentity' | 'findByName' | 'setDeactivated'>;
  readonly audit: AuditWriter;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** jit: what the identity provider says of somebody who is known, decided and applied as at a login. */
  resync(assertion: IdentityAssertion): Promise<LoginOutcome>;
  readonly transient: TransientStore;
  /** Told what each re-check came to, for metrics. */
  readonly onRechecked?: RecheckDeps['onRechecked'];
  /** What support asks for, on every answer that refuses. */
  readonly reference: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}
