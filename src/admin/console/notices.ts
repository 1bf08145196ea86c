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
  'invite-sent': 'The invitation is on its way.',
  'invite-no_mail': 'No invitation was sent: gateway.yaml has no mail section.',
  'invite-no_address': 'No invitation was sent: there is no email address to send it to.',
  'invite-switched_off': 'No invitation was sent: this person is switched off.',
  'invite-too_many': 'No invitation was sent: there were too many within the hour. Try again later.',
  'invite-failed':
    'The invitation could not be sent. The person is kept; what the mail server said is in the history below. Try again when it works.',
  revoked: 'Revoked: the next request that brings it is refused.',
};

/** What was done just now, told once on the page that follows a change (`?done=`). */
export function noticeOf(req: Request): string | undefined {
  const done = req.query['done'];
  return typeof done === 'string' && Object.hasOwn(texts, done) ? texts[done] : undefined;
}
