import { ResponseBodyError } from 'openid-client';
import { Failure } from '../../identity/index.ts';
import { errorBodyFailure } from './idp-refusal.ts';
import { rejected, unavailable } from './rejected.ts';

/** Claims that an ID token must have, in the order in which their absence is reported. */
const required = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'] as const;

/**
 * Anything that openid-client threw, as a Failure with a label. Told apart by its codes and by the shape of its causes,
 * never by its words; and the causes, which hold tokens and claims, are left behind.
 */
export function failureOf(error: unknown): Failure {
  const chain = causes(error);
  const own = chain.find((link) => link instanceof Failure);
  if (own !== undefined) return own;
  const body = chain.find((link) => link instanceof ResponseBodyError);
  if (body !== undefined) return errorBodyFailure(body);
  const code = chain.map((link) => field(link, 'code')).find((value) => typeof value === 'string');
  const words = error instanceof Error ? new Error(`${String(code)}: ${error.message}`) : undefined;
  switch (code) {
    case 'OAUTH_TIMEOUT':
    case 'OAUTH_ABORT':
      return unavailable('timeout', words);
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return rejected(claimIn(chain) ?? 'claim', words);
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return rejected(labelOf(chain, 'attribute') ?? 'attribute', words);
    case 'OAUTH_KEY_SELECTION_FAILED':
      return rejected('key', words);
    case 'OAUTH_WWW_AUTHENTICATE_CHALLENGE':
      return rejected('challenge', words);
    case 'OAUTH_INVALID_RESPONSE':
      return rejected(invalidPart(chain), words);
    default:
      return rejected('response', words);
  }
}

/** Which part of a response was wrong, by what openid-client gives as the cause. */
function invalidPart(chain: readonly unknown[]): string {
  if (chain.some((link) => has(link, 'signature'))) return 'signature';
  if (chain.some((link) => has(link, 'header') && has(link, 'expected'))) return 'alg';
  const claims = chain.map((link) => field(link, 'claims')).find((value) => value !== undefined);
  if (claims !== undefined) return required.find((name) => !has(claims, name)) ?? 'claim_type';
  if (chain.some((link) => has(link, 'parameters'))) return 'callback';
  return 'response_invalid';
}

function claimIn(chain: readonly unknown[]): string | undefined {
  return labelOf(chain, 'claim');
}

function labelOf(chain: readonly unknown[], name: string): string | undefined {
  const value = chain.map((link) => field(link, name)).find((found) => typeof found === 'string');
  return typeof value === 'string' && /^[a-z_]{1,20}$/.test(value) ? value : undefined;
}

/** The error, its cause, the cause of that … */
function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (
    let link = error;
    link !== undefined && link !== null && chain.length < 8;
    link = field(link, 'cause')
  ) {
    chain.push(link);
  }
  return chain;
}

function has(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
