import { z } from 'zod';
import { operation, type Operation } from './operation.ts';
import { apiTokenSchema, changed } from './schemas.ts';
import { found, iso, isoOrNull } from './to-json.ts';

/** The API tokens of people: seen and ended here. Only the person makes one, on their own page. */
export const tokenOperations: readonly Operation[] = [
  operation({
    id: 'listTokensOfPerson',
    method: 'get',
    path: '/people/{id}/tokens',
    tag: 'People',
    summary: 'Live API tokens of one person, without the tokens themselves',
    answer: z.strictObject({ tokens: z.array(apiTokenSchema) }),
    async run({ deps, params }) {
      const user = await found(deps.directory.findUser(params['id'] ?? ''));
      const tokens = await deps.apiTokens.list(user.id);
      return {
        tokens: tokens.map(({ id, name, provider, createdAt, expiresAt, lastUsedAt }) => ({
          id,
          name,
          provider,
          createdAt: iso(createdAt),
          expiresAt: iso(expiresAt),
          lastUsedAt: isoOrNull(lastUsedAt),
        })),
      };
    },
  }),
  operation({
    id: 'revokeTokenOfPerson',
    method: 'delete',
    path: '/people/{id}/tokens/{token}',
    tag: 'People',
    summary: 'End an API token of a person; the next request that brings it is refused',
    answer: changed,
    async run({ deps, params, operator }) {
      const user = await found(deps.directory.findUser(params['id'] ?? ''));
      return { changed: await deps.apiTokens.revoke(user.id, params['token'] ?? '', operator.actor) };
    },
  }),
];
