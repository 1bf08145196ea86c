import { randomBytes } from 'node:crypto';
import type { Config } from '../config/index.ts';
import type { ApiTokenStore } from '../directory/index.ts';
import { createTokens, type Tokens } from '../tokens/index.ts';

/** Personal tokens, in the directory, living as long as this configuration allows at most. */
export function tokensOf(
  config: Pick<Config, 'tokens'>,
  directory: { readonly apiTokens: ApiTokenStore },
  now: () => number = Date.now,
): Tokens {
  return createTokens({
    store: directory.apiTokens,
    now,
    random: randomBytes,
    maxAge: config.tokens.maxAge,
  });
}
