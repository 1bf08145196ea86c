import 'express-session';
import type { SessionLogin } from './types.ts';

declare module 'express-session' {
  interface SessionData {
    /** Who is signed in. Set by establishSession only; what the gate reads is the record made from it. */
    doorward?: SessionLogin;
    /** Passport's own: what `serializeUser` gave, the user id. */
    passport?: { user?: unknown };
  }
}
