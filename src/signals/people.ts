import { nameIdSessionId, type SessionRecord } from '../sessions/index.ts';
import type { SignalsDeps } from './types.ts';

/** Finds the live sessions that an identity provider speaks of. */
export interface SessionsOf {
  /** By `sid` or SessionIndex, at this issuer and by this provider. */
  idpSession(issuer: string, id: string): Promise<readonly SessionRecord[]>;
  /** By SAML NameID, at this issuer and by this provider. */
  nameId(issuer: string, nameId: string): Promise<readonly SessionRecord[]>;
  /** All of the person with this subject at this issuer, as far as they came by this provider. */
  subject(issuer: string, subject: string): Promise<readonly SessionRecord[]>;
}

/** For one provider: what another one signed in is nothing to it, also where both know the same person. */
export function sessionsOf(
  provider: string,
  deps: {
    readonly sessions: Pick<SignalsDeps['sessions'], 'findByIdpSession' | 'listByUser'>;
    readonly users: Pick<SignalsDeps['users'], 'findByIdentity'>;
  },
): SessionsOf {
  const own = (found: readonly SessionRecord[], issuer: string): readonly SessionRecord[] =>
    found.filter(({ login }) => login?.provider === provider && login.issuer === issuer);
  return {
    async idpSession(issuer, id) {
      return own(await deps.sessions.findByIdpSession(issuer, id), issuer);
    },
    async nameId(issuer, nameId) {
      return own(await deps.sessions.findByIdpSession(issuer, nameIdSessionId(nameId)), issuer);
    },
    async subject(issuer, subject) {
      const user = await deps.users.findByIdentity({ issuer, subject });
      if (user === undefined) return [];
      const found = own(await deps.sessions.listByUser(user.id), issuer);
      return found.filter(({ login }) => login?.subject === subject);
    },
  };
}
