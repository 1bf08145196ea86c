import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { Failure } from '../../identity/index.ts';
import type { AdminDeps, Operator } from '../types.ts';

/** The way in when nobody can sign in any more: a link made on the machine itself, good once, for a short session. */
export interface Recovery {
  /** Takes the token of a link, once, and begins the session. @throws Failure `login_state_unknown` */
  begin(req: Request, res: Response, token: unknown): Promise<void>;
  operatorOf(req: Request): Promise<Operator | undefined>;
}

/** How long a link waits to be used, and how long the session lasts that comes of it, milliseconds. */
export const recoveryLinkLife = 15 * 60_000;
const sessionLife = 30 * 60_000;
const [linkKind, sessionKind] = ['admin.recovery.link', 'admin.recovery.session'];

/** Makes the token of a link; only its digest is kept. `by` is the person at the machine, for the audit trail. */
export async function createRecoveryToken(
  deps: Pick<AdminDeps, 'transient' | 'random'>,
  by: string,
): Promise<string> {
  const token = Buffer.from(deps.random(32)).toString('base64url');
  await deps.transient.put(linkKind, digestOf(token), by, recoveryLinkLife);
  return token;
}

export function createRecovery(
  deps: Pick<AdminDeps, 'config' | 'transient' | 'audit' | 'addressOf' | 'random' | 'now' | 'log'>,
): Recovery {
  const { config, transient, audit, now } = deps;
  const https = config.baseUrl.startsWith('https:');
  const name = https ? '__Secure-doorward-recovery' : 'doorward-recovery';
  return {
    async begin(req, res, token) {
      const by = typeof token === 'string' ? await transient.take(linkKind, digestOf(token)) : undefined;
      if (by === undefined) throw new Failure('login_state_unknown', { detail: 'admin.recovery_link' });
      const id = Buffer.from(deps.random(32)).toString('base64url');
      const address = deps.addressOf(req);
      await audit.write({
        type: 'admin.recovered',
        at: now(),
        actor: { kind: 'command', name: by },
        ...(address !== undefined && { address }),
      });
      deps.log.warn({ by, address }, 'a recovery session of an administrator has begun');
      await transient.put(sessionKind, digestOf(id), JSON.stringify({ by, at: now() }), sessionLife);
      res.cookie(name, id, {
        path: '/admin',
        httpOnly: true,
        secure: https,
        sameSite: 'strict',
        maxAge: sessionLife,
      });
    },
    async operatorOf(req) {
      const id = cookieOf(req, name);
      if (id === undefined) return undefined;
      const digest = digestOf(id);
      const stored = await transient.get(sessionKind, digest);
      if (stored === undefined) return undefined;
      const { by, at } = JSON.parse(stored) as { by: string; at: number };
      return {
        actor: { kind: 'admin', name: `recovery by ${by}` },
        name: `Recovery (${by})`,
        authenticatedAt: at,
        provider: undefined,
        digest,
        userId: undefined,
      };
    },
  };
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

function cookieOf(req: Request, name: string): string | undefined {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    const value = pair.slice(at + 1).trim();
    if (pair.slice(0, at).trim() === name && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return undefined;
}
