import type { SessionLogin, SessionRecord, StoredSession } from '../../src/sessions/index.ts';
import { digestOf } from '../../src/sessions/index.ts';

/** A clock that tests move by hand. Starts at a real date so that nothing depends on small numbers. */
export interface TestClock {
  readonly now: () => number;
  advance(milliseconds: number): void;
}

export function testClock(start = Date.now()): TestClock {
  let at = start;
  return {
    now: () => at,
    advance(milliseconds) {
      at += milliseconds;
    },
  };
}

export function sampleLogin(overrides: Partial<SessionLogin> = {}): SessionLogin {
  return {
    userId: 'user-1',
    provider: 'okta',
    issuer: 'https://idp.example',
    subject: 'subject-1',
    authenticatedAt: 1_700_000_000_000,
    acr: 'urn:mfa',
    amr: ['pwd', 'otp'],
    idp: { sid: 'sid-1' },
    userAgent: 'Browser/1.0 “ü”',
    address: '192.0.2.7',
    ...overrides,
  };
}

/** A session as a login would store it: idle after a minute, over after ten. */
export function sampleSession(
  id: string,
  now: number,
  overrides: Partial<Omit<SessionRecord, 'digest'>> = {},
): StoredSession {
  return {
    record: {
      digest: digestOf(id),
      login: sampleLogin(),
      createdAt: now,
      lastSeenAt: now,
      idleExpiresAt: now + 60_000,
      absoluteExpiresAt: now + 600_000,
      ...overrides,
    },
    data: '{"passport":{"user":"user-1"}}',
  };
}
