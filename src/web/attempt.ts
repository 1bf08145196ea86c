import type { Request, Response } from 'express';
import type { AuditEvent, AuditWriter } from '../audit/index.ts';
import {
  type Failure,
  type IdentityAssertion,
  type Log,
  type RefusalReason,
  toFailure,
} from '../identity/index.ts';
import { describeCause } from './cause.ts';
import type { Replies } from './replies.ts';

/** One attempt to sign in: what its page, its audit records and its log lines have in common. */
export interface Attempt {
  readonly reference: string;
  readonly provider: string;
  readonly address: string | undefined;
  /** Known as soon as the provider's answer is matched to the login it belongs to. */
  returnTo?: string | undefined;
  /** What the provider vouched for, and the claims it came from, as soon as they are verified. */
  seen?: { readonly assertion: IdentityAssertion; readonly claims: Readonly<Record<string, unknown>> };
}

/** How an attempt ends that does not end in a session. */
export interface AttemptEndings {
  failed(req: Request, res: Response, attempt: Attempt, error: unknown): Promise<void>;
  refused(req: Request, res: Response, attempt: Attempt, refusal: RefusedAttempt): Promise<void>;
}

export interface RefusedAttempt {
  readonly reason: RefusalReason;
  readonly userId?: string | undefined;
  readonly userName?: string | undefined;
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly idpMessage?: string | undefined;
}

/** Tells those who help people in what an attempt brought and came to. */
export type TraceAttempt = (
  req: Request,
  attempt: Attempt,
  ending: {
    readonly outcome: 'admitted' | 'refused' | 'failed';
    readonly why?: string;
    readonly userId?: string | undefined;
    readonly userName?: string | undefined;
    readonly changes?: readonly string[];
    readonly detail?: string | undefined;
    readonly cause?: string | undefined;
    readonly idpMessage?: string | undefined;
  },
) => void;

/** What every audit event of an attempt carries. */
export function eventBase(
  attempt: Attempt,
  at: number,
): Pick<AuditEvent, 'at' | 'reference' | 'provider' | 'address'> {
  const { reference, provider, address } = attempt;
  return { at, reference, provider, ...(address !== undefined && { address }) };
}

/**
 * Ends attempts: first the audit record, then the page. When the record cannot be written, the person gets the failure of
 * that (503) under the same reference: nothing is told that is not written down.
 */
export function createAttemptEndings(deps: {
  audit: AuditWriter;
  replies: Replies;
  now: () => number;
  log: Log;
  onLogin?: ((provider: string, outcome: 'refused' | 'failed', why: string) => void) | undefined;
  trace: TraceAttempt;
}): AttemptEndings {
  const { audit, replies, now, log, onLogin, trace } = deps;

  const written = async (event: AuditEvent): Promise<Failure | undefined> => {
    try {
      await audit.write(event);
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  };

  const show = (req: Request, res: Response, attempt: Attempt, failure: Failure): void => {
    // The browser may have gone, or a strategy may have begun an answer before it failed.
    if (res.headersSent) res.destroy();
    else replies.failure(req, res, failure, attempt);
  };

  return {
    async failed(req, res, attempt, error) {
      const failure = toFailure(error);
      const cause = describeCause(failure.cause);
      const { code, detail } = failure;
      const level = failure.status >= 500 ? 'error' : 'warn';
      const { seen: _seen, ...shown } = attempt;
      log[level]({ ...shown, code, detail, cause }, 'login failed');
      onLogin?.(attempt.provider, 'failed', code);
      // Not audited: whoever is over the limit could fill the audit log at will.
      if (code === 'too_many_requests') return show(req, res, attempt, failure);
      trace(req, attempt, { outcome: 'failed', why: code, detail, cause });
      const unwritten = await written({
        ...eventBase(attempt, now()),
        actor: { kind: 'person' },
        type: 'login.failed',
        code,
        ...(detail !== undefined && { detail }),
        ...(cause !== undefined && { cause }),
      });
      show(req, res, attempt, unwritten ?? failure);
    },
    async refused(req, res, attempt, refusal) {
      const { reason, userId, userName, issuer, subject, idpMessage } = refusal;
      const { seen: _seen, ...shown } = attempt;
      log.info({ ...shown, reason, userId }, 'login refused');
      trace(req, attempt, { outcome: 'refused', why: reason, userId, userName, idpMessage });
      onLogin?.(attempt.provider, 'refused', reason);
      const unwritten = await written({
        ...eventBase(attempt, now()),
        actor: { kind: 'person', ...(userId !== undefined && { name: userId }) },
        type: 'login.refused',
        reason,
        ...(userId !== undefined && { userId }),
        ...(userName !== undefined && { userName }),
        ...(issuer !== undefined && { issuer }),
        ...(subject !== undefined && { subject }),
        ...(idpMessage !== undefined && { idpMessage }),
      });
      if (unwritten !== undefined) return show(req, res, attempt, unwritten);
      replies.refusal(req, res, reason, { ...attempt, account: userName });
    },
  };
}
