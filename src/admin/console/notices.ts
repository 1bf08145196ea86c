import type { Request } from 'express';

const texts: Readonly<Record<string, string>> = {
  disabled: 'Disabled, and signed out everywhere.',
  enabled: 'Enabled.',
  sessions: 'All sessions of this person have ended.',
  session: 'That session has ended.',
  added: 'Added to the group.',
  removed: 'Removed from the group.',
  erased: 'Erased for good.',
};

/** What was done just now, told once on the page that follows a change (`?done=`). */
export function noticeOf(req: Request): string | undefined {
  const done = req.query['done'];
  return typeof done === 'string' && Object.hasOwn(texts, done) ? texts[done] : undefined;
}
