import type { IdentityAssertion } from '../identity/index.ts';
import type { TransientStore } from '../sessions/index.ts';

/** What an identity provider calls the session or the person that it ended. */
export type Ended =
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'subject'; readonly subject: string }
  | { readonly kind: 'nameId'; readonly nameId: string };

/** What the identity provider ended lately, for logins that were under way at that moment. */
export interface EndedMarks {
  /** `at`: when the identity provider said so, by its own clock, milliseconds. Before sessions are looked for. */
  put(issuer: string, ended: Ended, at: number): Promise<void>;
  /**
   * Is this sign-in one that was ended? `receivedAt`: when the answer of the identity provider reached us. After the
   * session was stored: whichever of the two comes second sees the other.
   */
  covers(assertion: IdentityAssertion, receivedAt: number): Promise<boolean>;
}

const kind = 'idp-ended';
/** Longer than any answer of an identity provider is good for. */
const kept = 20 * 60_000;

export function createEndedMarks(
  transient: Pick<TransientStore, 'put' | 'get'>,
  now: () => number,
): EndedMarks {
  return {
    put: (issuer, ended, at) => transient.put(kind, keyOf(issuer, ended), JSON.stringify([at, now()]), kept),
    async covers(assertion, receivedAt) {
      const { issuer, subject, idpSession } = assertion;
      const { sid, sessionIndex, nameId } = idpSession;
      const names: Ended[] = [{ kind: 'subject', subject }];
      for (const id of [sid, sessionIndex]) if (id !== undefined) names.push({ kind: 'session', id });
      if (nameId !== undefined) names.push({ kind: 'nameId', nameId: nameId.value });
      const issuedAt = assertion.issuedAt ?? assertion.authenticatedAt;
      const marks = await Promise.all(names.map((each) => transient.get(kind, keyOf(issuer, each))));
      return marks.some((mark) => {
        if (mark === undefined) return false;
        const [endedAt, heardAt] = JSON.parse(mark) as [number, number];
        // Clocks of tokens tick in seconds: within one second it counts what reached us first.
        return issuedAt < endedAt - 999 || (issuedAt <= endedAt && receivedAt <= heardAt);
      });
    },
  };
}

function keyOf(issuer: string, ended: Ended): string {
  const value = ended.kind === 'session' ? ended.id : ended.kind === 'subject' ? ended.subject : ended.nameId;
  return JSON.stringify([issuer, ended.kind, value]);
}
