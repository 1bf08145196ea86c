import type { Actor, AuditEvent } from '../../audit/index.ts';
import type { ScimToken, ScimTokenStore } from '../../directory/index.ts';
import type { Log } from '../../identity/index.ts';
import { newSecret } from './secret.ts';

/** What an administrator does with the credentials of provisioning clients, by whatever road. */
export interface Tokens {
  /** The secret is in the answer and nowhere else. */
  create(request: {
    readonly provider: string;
    readonly kind: 'bearer' | 'client';
    readonly name: string;
    readonly expiresAt: number | undefined;
    readonly actor: Actor;
  }): Promise<{ readonly token: ScimToken; readonly secret: string }>;
  list(provider: string | undefined): Promise<readonly ScimToken[]>;
  /** Undefined: there is no such token; false: it was revoked before. */
  revoke(id: string, actor: Actor): Promise<boolean | undefined>;
}

export function createTokens(deps: {
  readonly tokens: ScimTokenStore;
  readonly now: () => number;
  readonly random: (size: number) => Buffer;
}): Tokens {
  const { tokens, now, random } = deps;
  return {
    async create({ provider, kind, name, expiresAt, actor }) {
      const at = now();
      const { id, secret, digest } = newSecret(random);
      const token: ScimToken = {
        id,
        provider,
        kind,
        name,
        digest,
        clientId: undefined,
        createdAt: at,
        expiresAt,
        lastUsedAt: undefined,
        revokedAt: undefined,
      };
      await tokens.add(token, (): AuditEvent[] => [
        { type: 'scim.token.created', at, actor, provider, token: id, kind, name },
      ]);
      return { token, secret };
    },
    list: (provider) => tokens.list(provider),
    async revoke(id, actor) {
      const found = await tokens.find(id);
      if (!found || found.token.kind === 'access') return undefined;
      const { provider, kind, name } = found.token;
      const at = now();
      return tokens.revoke(id, at, (): AuditEvent[] => [
        { type: 'scim.token.revoked', at, actor, provider, token: id, kind, name },
      ]);
    },
  };
}

const day = 24 * 60 * 60_000;
/** How many days before its end a token is warned of. */
const distances = [30, 14, 3] as const;

/** The distance that a token's end has come within, or undefined when there is nothing to warn of. */
export function warningDue(token: ScimToken, now: number): (typeof distances)[number] | undefined {
  if (token.expiresAt === undefined || token.revokedAt !== undefined || token.expiresAt <= now)
    return undefined;
  const left = token.expiresAt - now;
  return distances.findLast((days) => left <= days * day);
}

/** Warns on the log of each token whose end is near, once a distance over all processes. */
export async function warnOfEnds(
  tokens: Pick<ScimTokenStore, 'list' | 'warn'>,
  now: number,
  log: Log,
): Promise<void> {
  for (const token of await tokens.list(undefined)) {
    const days = warningDue(token, now);
    if (days === undefined || !(await tokens.warn(token.id, days))) continue;
    const { id, provider, name, kind } = token;
    const expiresAt = new Date(token.expiresAt ?? now).toISOString();
    log.warn(
      { provider, token: id, name, kind, expiresAt },
      `A SCIM token ends in less than ${days} days: make a new one and give it to the provider before.`,
    );
  }
}
