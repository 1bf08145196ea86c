import type { Request, Response } from 'express';
import type { AdmittedIdentity } from '../gate/index.ts';
import { Failure } from '../identity/index.ts';
import { isFormToken } from '../sessions/index.ts';
import type { Created, TokenRefusal, Tokens } from '../tokens/index.ts';
import { isForeignForm } from './own-form.ts';
import type { ReturnRules } from './return-to.ts';
import type { WebDeps } from './types.ts';

/** The API tokens on `/me`: made, listed, revoked. */
export interface MeTokens {
  /** What the page shows of them. */
  section(
    req: Request,
    res: Response,
    identity: AdmittedIdentity,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Makes a token; {@link section} of the same answer shows it, this one time. */
  create(req: Request, res: Response, identity: AdmittedIdentity): Promise<void>;
  revoke(req: Request, res: Response, identity: AdmittedIdentity): Promise<void>;
}

const day = 24 * 60 * 60_000;
/** Choices for how long a token lives, days; those that are too long are not offered. */
const lifetimes = [7, 30, 90, 365];

/** @throws Failure `csrf_rejected` for a form that this very session's page did not send */
export function createMeTokens(
  { config }: Pick<WebDeps, 'config'>,
  tokens: Tokens,
  rules: ReturnRules,
): MeTokens {
  const made = new WeakMap<Response, Created | { readonly kind: TokenRefusal }>();
  const choices = lifetimes.filter((days) => days * day <= tokens.maxAge);
  const days = choices.length === 0 ? [Math.max(1, Math.floor(tokens.maxAge / day))] : choices;

  function formOf(req: Request, { session }: AdmittedIdentity): Record<string, unknown> {
    const form = (req.body ?? {}) as Record<string, unknown>;
    if (isForeignForm(req, rules) || !isFormToken(form['token'], session.digest, config.secrets)) {
      throw new Failure('csrf_rejected', { detail: 'web.me_tokens' });
    }
    return form;
  }

  return {
    async section(req, res, { user }) {
      const outcome = made.get(res);
      const list = await tokens.list(user.id);
      return {
        days,
        created: outcome?.kind === 'created' ? { text: outcome.text, name: outcome.token.name } : undefined,
        refused: outcome === undefined || outcome.kind === 'created' ? undefined : outcome.kind,
        revoked: req.query['token'] === 'revoked',
        list: list.map(({ id, name, createdAt, expiresAt, lastUsedAt }) => ({
          id,
          name,
          created: new Date(createdAt).toISOString(),
          expires: new Date(expiresAt).toISOString(),
          lastUsed: lastUsedAt === undefined ? undefined : new Date(lastUsedAt).toISOString(),
        })),
      };
    },

    async create(req, res, identity) {
      const form = formOf(req, identity);
      const { user, session } = identity;
      const chosen = days.find((each) => String(each) === form['days']) ?? days[0] ?? 1;
      const request = {
        userId: user.id,
        provider: session.login?.provider ?? '',
        name: typeof form['name'] === 'string' ? form['name'] : '',
        lifetime: Math.min(chosen * day, tokens.maxAge),
      };
      made.set(res, await tokens.create(request, { kind: 'person', name: user.id }));
    },

    async revoke(req, res, identity) {
      const form = formOf(req, identity);
      const id = typeof form['id'] === 'string' ? form['id'] : '';
      await tokens.revoke(identity.user.id, id, { kind: 'person', name: identity.user.id });
      res.redirect(303, `${config.prefix}/me?token=revoked`);
    },
  };
}
