import type { Request, Response } from 'express';
import { Failure } from '../../identity/index.ts';
import type { AdminDeps, Operator } from '../types.ts';
import type { SendPage } from './page.ts';
import type { Routes } from './routes.ts';

const day = 86_400_000;
/** Days that a token may live; 0: until it is revoked. */
const lifetimes = [90, 180, 365, 0] as const;

/** Provisioning: how it goes for each provider, and the tokens of its clients. */
export function scimPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { config, scim, providers, now } = deps;
  const labelOf = (provider: string): string => providers.get(provider)?.label ?? provider;

  async function show(
    req: Request,
    res: Response,
    operator: Operator,
    made?: { provider: string; secret: string; id: string; kind: string },
  ): Promise<void> {
    const all = await Promise.all(
      scim.providers.map(async (provider) => {
        const [status, tokens] = await Promise.all([scim.status(provider), scim.tokens(provider)]);
        return {
          ...status,
          label: labelOf(provider),
          done: Object.entries(status.done),
          errors: Object.entries(status.errors),
          tokens: tokens
            .filter(({ kind }) => kind !== 'access')
            .map((token) => ({
              ...token,
              digest: undefined,
              state: stateOf(token, now()),
              endsWithin: scim.endsWithin(token),
            })),
        };
      }),
    );
    send(req, res, {
      name: 'scim',
      title: 'Provisioning',
      section: 'scim',
      operator,
      model: {
        all,
        made,
        lifetimes,
        url: `${config.baseUrl}/scim/v2`,
        tokenUrl: `${config.baseUrl}/scim/oauth/token`,
      },
    });
  }

  routes.page('/scim', (req, res, operator) => show(req, res, operator));

  routes.change('/scim/tokens', async (req, res, operator, form) => {
    const provider = scim.providers.find((each) => each === form['provider']);
    const name = form['name']?.trim() ?? '';
    const days = lifetimes.find((each) => String(each) === form['days']);
    if (provider === undefined || name === '' || name.length > 100 || days === undefined)
      throw new Failure('bad_request', { detail: 'admin.scim_token' });
    const kind = form['kind'] === 'client' ? 'client' : 'bearer';
    const expiresAt = days === 0 ? undefined : now() + days * day;
    const { token, secret } = await scim.createToken({
      provider,
      kind,
      name,
      expiresAt,
      actor: operator.actor,
    });
    // On this answer and nowhere else: there is nothing that a redirect could lead back to.
    await show(req, res, operator, { provider, secret, id: token.id, kind });
  });

  routes.change('/scim/tokens/revoke', async (_req, res, { actor }, form) => {
    const revoked = await scim.revokeToken(form['id'] ?? '', actor);
    if (revoked === undefined) throw new Failure('not_found', { detail: 'admin.scim_token' });
    res.redirect(303, '/admin/scim?done=revoked');
  });
}

function stateOf(
  { revokedAt, expiresAt }: { revokedAt: number | undefined; expiresAt: number | undefined },
  at: number,
): 'live' | 'revoked' | 'ended' {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= at ? 'ended' : 'live';
}
