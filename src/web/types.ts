import type { RequestHandler } from 'express';
import type { PersonData } from '../admin/index.ts';
import type { Actor, AuditEvent, AuditWriter } from '../audit/index.ts';
import type { Config } from '../config/index.ts';
import type { UserSnapshot } from '../directory/index.ts';
import type { Gate } from '../gate/index.ts';
import type { IdentityAssertion, Log, User } from '../identity/index.ts';
import type { LoginOutcome, LoginRecorder } from '../jit/index.ts';
import type { Provider } from '../providers/index.ts';
import type { Endings, SessionStore, TransientStore } from '../sessions/index.ts';
import type { TraceKeeper } from './login-trace.ts';
import type { Tokens } from '../tokens/index.ts';
import type { Random } from './reference.ts';

/** Runs `work` as a part of the request that has a name of its own. */
export type Span = <T>(name: string, fields: Readonly<Record<string, string>>, work: () => T) => T;

/** Everything web is handed by app.ts, as narrow as web needs it. */
export interface WebDeps {
  readonly config: Config;
  /** By id, in the order of the buttons. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** jit: decides and applies; the audit events of what it changes are stored with the change. */
  login(
    assertion: IdentityAssertion,
    record: LoginRecorder<AuditEvent>,
    /** Version of the configuration that the login began under, when it is known. */
    begunUnder: string | undefined,
  ): Promise<LoginOutcome>;
  /** express-session with our store, of the sessions room. */
  readonly sessionMiddleware: RequestHandler;
  readonly gate: Pick<Gate, 'admit'>;
  readonly users: {
    /** Read from the store, not from a cache: asked once more after a session was established. */
    snapshot(userId: string): Promise<UserSnapshot | undefined>;
    findUser(userId: string): Promise<User | undefined>;
  };
  readonly sessions: Pick<SessionStore, 'listByUser'>;
  /** Did the identity provider end this sign-in, by a message that came since its answer did? */
  endedAtIdp(assertion: IdentityAssertion, receivedAt: number): Promise<boolean>;
  readonly endings: Pick<Endings<Actor>, 'end'>;
  /** API tokens for scripts; undefined where they are not accepted. */
  readonly tokens?: Tokens | undefined;
  /** Everything that is kept of one person. */
  personData(userId: string): Promise<PersonData | undefined>;
  readonly audit: AuditWriter;
  /** Keeps what attempts brought and came to; never waits, never fails. */
  readonly traces: Pick<TraceKeeper, 'keep'>;
  readonly transient: Pick<TransientStore, 'increment' | 'put' | 'take'>;
  /** Told how each login ended, for metrics; `why` is the refusal's reason or the failure's code. */
  readonly onLogin?: (provider: string, outcome: 'admitted' | 'refused' | 'failed', why?: string) => void;
  /** Traces one part of a request; a plain call by default. */
  readonly span?: Span;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: Random;
  readonly log: Log;
}
