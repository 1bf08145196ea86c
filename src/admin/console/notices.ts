import type { Request } from 'express';

const texts: Readonly<Record<string, string>> = {
  disabled: 'Disabled, and signed out everywhere.',
  enabled: 'Enabled.',
  sessions: 'All sessions of this person have ended.',
  session: 'That session has ended.',
  added: 'Added to the group.',
  removed: 'Removed from the group.',
  erased: 'Erased for good.',
  linked: 'Joined: they may sign in by it.',
  unlinked: 'Taken away; the sessions have ended.',
  person: 'Added. The first sign-in that answers to it finds this person.',
  accepted: 'Accepted: the gateway takes the files over within seconds.',
  revoked: 'Revoked: the next request that brings it is refused.',
};

/** What was done just now, told once on the page that follows a change (`?done=`). */
export function noticeOf(req: Request): string | undefined {
  const done = req.query['done'];
  return typeof done === 'string' && Object.hasOwn(texts, done) ? texts[done] : undefined;
}
