import type { Actor, AuditWriter } from '../audit/index.ts';
import type { Directory } from '../directory/index.ts';
import { emailDomain, Failure, standingRefusal, type Log, type User } from '../identity/index.ts';
import type { TransientStore } from '../sessions/index.ts';

/** What came of an invitation. The person stays as they are, whatever came of it, and may be invited again. */
export type InviteResult =
  | { readonly kind: 'sent'; readonly to: string }
  /** gateway.yaml names no mail server. */
  | { readonly kind: 'no_mail' }
  | { readonly kind: 'no_address' }
  /** Disabled, or switched off by SCIM: could not come in. */
  | { readonly kind: 'switched_off' }
  /** Seconds until one may be sent again. */
  | { readonly kind: 'too_many'; readonly retryAfter: number }
  /** What the mail server said, or why it could not be reached. */
  | { readonly kind: 'failed'; readonly why: string };

export interface Invitations {
  /** Are there any? Only where gateway.yaml names a mail server. */
  readonly offered: boolean;
  /**
   * Writes to a person that they can sign in, and where: an address that is the same for everybody, and lets nobody in.
   * @param language tag of the letter's language; otherwise the person's, otherwise that of gateway.yaml
   * @throws Failure `not_found` when there is no such user, `store_unavailable` when a store does not answer
   */
  invite(userId: string, actor: Actor, language?: string): Promise<InviteResult>;
}

/** Hands a letter to the mail server; rejects with what it said. */
export type SendInvitation = (user: User, address: string, language: string | undefined) => Promise<void>;

const hour = 3_600_000;
/** Letters that one person gets in an hour. */
const mostForOne = 3;

export function createInvitations(deps: {
  readonly directory: Pick<Directory, 'findUser'>;
  /** Undefined: there is no mail server. */
  readonly send: SendInvitation | undefined;
  /** All together, in an hour. */
  readonly maxPerHour: number;
  readonly transient: Pick<TransientStore, 'increment'>;
  readonly audit: AuditWriter;
  readonly now: () => number;
  readonly log: Log;
}): Invitations {
  const { directory, send, maxPerHour, transient, audit, now, log } = deps;

  /** When there were too many: how long to wait, seconds. */
  async function tooMany(userId: string): Promise<number | undefined> {
    for (const [key, most] of [
      [userId, mostForOne],
      ['everybody', maxPerHour],
    ] as const) {
      const { count, resetsAt } = await transient.increment('mail.invitation', key, hour);
      if (count > most) return Math.max(1, Math.ceil((resetsAt - now()) / 1000));
    }
    return undefined;
  }

  return {
    offered: send !== undefined,
    async invite(userId, actor, language) {
      const user = await directory.findUser(userId);
      if (user === undefined) throw new Failure('not_found', { detail: 'people.no_such_user' });
      if (send === undefined) return { kind: 'no_mail' };
      const address = user.profile.email;
      if (address === undefined || !isPlainAddress(address)) return { kind: 'no_address' };
      if (standingRefusal(user) !== undefined) return { kind: 'switched_off' };
      const retryAfter = await tooMany(user.id);
      if (retryAfter !== undefined) return { kind: 'too_many', retryAfter };
      const about = { actor, userId: user.id, userName: user.profile.userName };
      try {
        await send(user, address, language);
      } catch (error) {
        const why = Error.isError(error) ? error.message : 'unknown';
        log.warn({ err: error }, 'an invitation could not be sent');
        await audit.write({ ...about, type: 'user.invitation_failed', at: now(), cause: why });
        return { kind: 'failed', why };
      }
      await audit.write({ ...about, type: 'user.invited', at: now() });
      return { kind: 'sent', to: address };
    },
  };
}

/** One address and nothing that a mail program could read as more than that. */
function isPlainAddress(address: string): boolean {
  return emailDomain(address) !== undefined && !/[\s\p{Cc}<>,;:"()\\]/u.test(address);
}

/** What came of it, in a sentence, for whoever asked. */
export function inviteText(result: InviteResult): string {
  switch (result.kind) {
    case 'sent':
      return `The invitation is on its way to ${result.to}.`;
    case 'no_mail':
      return 'No invitation was sent: gateway.yaml has no mail section.';
    case 'no_address':
      return 'No invitation was sent: there is no email address to send it to.';
    case 'switched_off':
      return 'No invitation was sent: this person is switched off and could not come in.';
    case 'too_many':
      return `No invitation was sent: there were too many. Again in ${Math.ceil(result.retryAfter / 60)} min.`;
    case 'failed':
      return `The invitation could not be sent: ${result.why}. The person is kept, and may be invited again.`;
  }
}
