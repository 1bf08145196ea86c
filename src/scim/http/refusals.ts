import type { IncomingMessage } from 'node:http';
import type { AuditEvent, AuditWriter } from '../../audit/index.ts';
import type { TokenAnswer } from '../auth/oauth.ts';
import { TooManyRequests } from '../auth/rate.ts';
import type { ScimError } from '../error.ts';
import type { Caller } from '../types.ts';
import type { Activity } from './activity.ts';

/** Refusals of strangers that are written down, a minute; whoever has no token shall not fill the trail. */
const mostOfStrangers = 60;
const minute = 60_000;

export interface Refusals {
  /** Rejects when the audit trail cannot be written. */
  note(caller: Caller | undefined, req: IncomingMessage, path: string, error: ScimError): Promise<void>;
  token(req: IncomingMessage, answer: TokenAnswer): Promise<void>;
  /** One operation of a bulk request. */
  step(caller: Caller, step: { method: string; path: string }, error: ScimError): Promise<void>;
}

/** Writes every refusal into the audit trail, with its reason: nobody is skipped without a word. */
export function createRefusals(deps: {
  readonly audit: AuditWriter;
  readonly activity: Activity;
  readonly now: () => number;
  readonly addressOf: (req: IncomingMessage) => string | undefined;
}): Refusals {
  const { audit, activity, now, addressOf } = deps;
  let [minuteOf, strangers] = [0, 0];
  const waiting = new Map<string, number>();

  function isOneTooMany(): boolean {
    const current = Math.floor(now() / minute);
    if (current !== minuteOf) [minuteOf, strangers] = [current, 0];
    strangers += 1;
    return strangers > mostOfStrangers;
  }

  /** Of those who are asked to wait, the first of each span is written down. */
  function isTold(provider: string, error: TooManyRequests): boolean {
    const isTold = (waiting.get(provider) ?? 0) > now();
    if (!isTold) waiting.set(provider, now() + error.retryAfter * 1_000);
    return isTold;
  }

  async function write(
    about: { provider?: string; address?: string; actor: AuditEvent['actor'] },
    { method, path }: { method: string; path: string },
    { status, scimType, message }: { status: number; scimType: ScimError['scimType']; message: string },
  ): Promise<void> {
    await audit.write({
      ...about,
      type: 'scim.refused',
      at: now(),
      status,
      ...(scimType && { scimType }),
      method,
      path: path.slice(0, 300),
      detail: message,
    });
  }

  const addressed = (req: IncomingMessage) => {
    const address = addressOf(req);
    return address === undefined ? {} : { address };
  };

  return {
    async note(caller, req, path, error) {
      const step = { method: req.method ?? 'GET', path };
      if (!caller) {
        if (error.status < 500 && isOneTooMany()) return;
        await write({ actor: { kind: 'scim' }, ...addressed(req) }, step, error);
        return;
      }
      const { provider, actor } = caller;
      activity.refused(provider.id, error.status, error.scimType, error.message);
      if (error instanceof TooManyRequests && isTold(provider.id, error)) return;
      await write({ provider: provider.id, actor, ...addressed(req) }, step, error);
    },

    async token(req, { status, refused = '', provider }) {
      if (provider !== undefined) activity.refused(provider, status, undefined, refused);
      else if (isOneTooMany()) return;
      const about = {
        actor: { kind: 'scim' } as const,
        ...addressed(req),
        ...(provider !== undefined && { provider }),
      };
      await write(
        about,
        { method: 'POST', path: '/scim/oauth/token' },
        { status, scimType: undefined, message: refused },
      );
    },

    async step({ provider, actor }, step, error) {
      activity.refused(provider.id, error.status, error.scimType, error.message);
      await write({ provider: provider.id, actor }, step, error);
    },
  };
}
