import { createHash, randomBytes } from 'node:crypto';

/** A new session id: 32 random bytes (256 bits) as base64url, 43 characters. */
export function newSessionId(): string {
  return randomBytes(32).toString('base64url');
}

/** The form in which a session id, or the key of a short-lived record, is stored: base64url(SHA-256(text)). */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/**
 * The key under which sessions of one session at the identity provider are found. The issuer is part of it: a `sid`
 * means something at its issuer only (OpenID Connect Back-Channel Logout 1.0, section 2.1).
 */
export function idpSessionKey(issuer: string, idpSessionId: string): string {
  return digestOf(JSON.stringify([issuer, idpSessionId]));
}

/**
 * How all sessions of a SAML NameID are found, in place of one `SessionIndex` (a LogoutRequest need not name any). No
 * index looks like this.
 */
export function nameIdSessionId(nameId: string): string {
  return JSON.stringify(['NameID', nameId]);
}

/**
 * The ids (OIDC `sid`, SAML `SessionIndex` and NameID) by which the identity provider may end this login, as keys; often
 * none.
 */
export function idpSessionKeys(
  login:
    | { issuer: string; idp: { sid?: string; sessionIndex?: string; nameId?: { value: string } } }
    | undefined,
): string[] {
  if (login === undefined) return [];
  const { sid, sessionIndex, nameId } = login.idp;
  const ids = [sid, sessionIndex, nameId && nameIdSessionId(nameId.value)].filter((id) => id !== undefined);
  return [...new Set(ids)].map((id) => idpSessionKey(login.issuer, id));
}
