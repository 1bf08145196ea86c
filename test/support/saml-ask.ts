import type { Provider, ProviderAnswer, StrategyOptions } from '../../src/providers/types.ts';

/** What a strategy did with one request, as Passport would see it. */
export type Asked =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'success'; readonly answer: ProviderAnswer };

/** Runs a provider's strategy on one request, as passport.authenticate does: on an object made from it. */
export function ask(provider: Provider, request: object, options: StrategyOptions): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const strategy = Object.assign(Object.create(provider.strategy) as object, {
      success: (answer: ProviderAnswer) => resolve({ kind: 'success', answer }),
      redirect: (url: string) => resolve({ kind: 'redirect', url }),
      error: (error: unknown) => reject(error),
      fail: (challenge: unknown) => reject(new Error(`failed: ${String(challenge)}`)),
      pass: () => reject(new Error('passed')),
    }) as unknown as { authenticate(request: object, options: object): void };
    strategy.authenticate(request, options);
  });
}

/** The POST of a browser to the ACS, its form parsed. */
export function formPost(fields: Readonly<Record<string, unknown>>): object {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    query: {},
    body: fields,
  };
}
