/**
 * recheck: does each sign-in still stand? The OpenID provider is asked with the refresh token of the session, in the
 * background, while the session is in use.
 *
 *   gate activity ─▶ noticed ─▶ due? ─▶ queue ─▶ lock (one over all processes) ─▶ provider.refresh
 *      confirmed ─▶ Sessions.renew (the new token, at once) ─▶ identify ─▶ jit.resync ─▶ Sessions.renew (checkedAt)
 *      ended, or refused by jit ─▶ Endings: refresh_rejected      no answer for too long ─▶ Endings: idp_unreachable
 */
export { createRecheck, type Recheck, type RecheckDeps } from './recheck.ts';
