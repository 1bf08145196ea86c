import type { Behaviour } from '../../support/hostile-op.ts';
import { answer, logIn, loginUpToCallback, type Outcome, testBrowser } from '../../support/oidc-rp.ts';
import { ann, type Bench, type Expected, type OidcCase, rejected, unavailable } from './case.ts';

const required = { require_pushed_authorization_requests: true };

/** A provider that offers pushed authorization requests (RFC 9126), and answers them so. */
function pushed(
  sentence: string,
  says: Behaviour['pushed'],
  expected: Expected,
  { run, discovery = {} }: { run?: (bench: Bench) => Promise<Outcome>; discovery?: object } = {},
): OidcCase {
  return {
    row: 26,
    sentence,
    behaviour: ({ op }) => ({
      discovery: (document) => ({
        ...document,
        pushed_authorization_request_endpoint: `${op.issuer}/par`,
        ...discovery,
      }),
      ...(says !== undefined && { pushed: says }),
    }),
    ...(run && { run }),
    expected,
  };
}

/** What the browser carried to the provider, after a login that went well or not. */
async function carried(
  bench: Bench,
  check: (parameters: URLSearchParams) => string | undefined,
): Promise<Outcome> {
  const browser = testBrowser();
  const outcome = await answer(browser, await loginUpToCallback(bench.rp, browser));
  const asked = bench.op.requests.find(({ path }) => path === '/authorize')?.parameters;
  const wrong = asked === undefined ? 'nothing was asked' : check(asked);
  if (wrong !== undefined) throw new Error(wrong);
  return outcome;
}

/** The request that goes past the browser, where the provider offers that. */
export const pushedCases: readonly OidcCase[] = [
  pushed('a request that is pushed: the browser carries a reference and nothing else', undefined, ann, {
    run: (bench) =>
      carried(bench, (asked) =>
        [...asked.keys()].toSorted().join() === 'client_id,request_uri'
          ? undefined
          : `it carried ${String(asked)}`,
      ),
  }),
  pushed('a request that is pushed is authenticated as the client', undefined, ann, {
    async run(bench) {
      const outcome = await logIn(bench.rp);
      const asked = bench.op.requests.find(({ path }) => path === '/par');
      if (!asked?.authorization?.startsWith('Basic ')) throw new Error('nobody in particular pushed it');
      if (asked.parameters.get('code_challenge_method') !== 'S256') throw new Error('without PKCE');
      return outcome;
    },
  }),
  pushed(
    'a push that is refused where it is only offered: the browser carries it',
    () => [400, { error: 'invalid_request' }],
    ann,
  ),
  pushed(
    'a push that is refused where it is required',
    () => [400, { error: 'invalid_request' }],
    rejected('error_invalid_request'),
    { discovery: required },
  ),
  pushed('a push that answers 500', () => [500, {}], unavailable('http_status')),
  pushed('a push that answers nothing of use', () => [201, {}], rejected('response_invalid')),
  pushed(
    'a push that answers a number for the reference',
    () => [201, { request_uri: 7, expires_in: 60 }],
    rejected('response_invalid'),
  ),
  pushed(
    'a reference that would bring parameters of its own',
    ({ request_uri: good }) => [
      201,
      { request_uri: `${String(good)}&redirect_uri=https://evil.example&client_id=evil`, expires_in: 60 },
    ],
    ann,
    {
      async run(bench) {
        const browser = testBrowser();
        const { url } = await browser.get(
          `${bench.rp.origin}/sso/login/op?rd=/`,
          (next) => !next.includes('/authorize'),
        );
        const { searchParams } = new URL(url);
        if (searchParams.getAll('client_id').join() !== 'doorward' || searchParams.has('redirect_uri'))
          throw new Error(url);
        bench.op.behave();
        bench.rp.configure({ issuer: bench.op.issuer });
        return logIn(bench.rp);
      },
    },
  ),
];
