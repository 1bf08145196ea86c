import { answer, logIn, loginUpToCallback, type Outcome, testBrowser } from '../../support/oidc-rp.ts';
import { ann, type Bench, type Expected, type OidcCase, rejected } from './case.ts';

const stateUnknown = (detail: string): Expected => ({ failed: 'login_state_unknown', detail });

/** Begins a login, changes the address that the provider sends the browser to, and goes there. */
function changed(change: (callback: URL) => void) {
  return async ({ rp }: Bench): Promise<Outcome> => {
    const browser = testBrowser();
    const callback = await loginUpToCallback(rp, browser);
    change(callback);
    return answer(browser, callback);
  };
}

/** Rows 26, 27, 35 and 37: the redirect back, and whose it is. */
export const callbackCases: readonly OidcCase[] = [
  {
    row: 26,
    sentence: 'no state',
    run: changed(({ searchParams }) => searchParams.delete('state')),
    expected: stateUnknown('oidc.no_state'),
  },
  {
    row: 26,
    sentence: 'an empty state',
    run: changed(({ searchParams }) => searchParams.set('state', '')),
    expected: stateUnknown('flow.malformed'),
  },
  {
    row: 26,
    sentence: 'a state that nobody gave out',
    run: changed(({ searchParams }) => searchParams.set('state', 'A'.repeat(43))),
    expected: stateUnknown('flow.unknown'),
  },
  {
    row: 26,
    sentence: 'a state that is used a second time',
    async run({ rp }) {
      const browser = testBrowser();
      const callback = await loginUpToCallback(rp, browser);
      const first = await answer(browser, callback);
      if (first.kind !== 'asserted') throw new Error('the first was refused');
      return answer(browser, callback);
    },
    expected: stateUnknown('flow.unknown'),
  },
  {
    row: 26,
    sentence: 'one state at four callbacks at once lets one in',
    async run({ rp }) {
      const browser = testBrowser();
      const callback = await loginUpToCallback(rp, browser);
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => answer(browser, callback)));
      const losers = outcomes.filter((outcome) => outcome.kind !== 'asserted');
      if (losers.length !== 3) throw new Error(`${4 - losers.length} of 4 got in`);
      return losers[0] ?? { kind: 'failed', code: 'nobody', detail: '' };
    },
    expected: stateUnknown('flow.unknown'),
  },
  {
    row: 26,
    sentence: 'a state that is older than a person may take',
    async run({ rp, op }) {
      let ahead = 0;
      rp.configure({ issuer: op.issuer }, { now: () => Date.now() + ahead });
      const browser = testBrowser();
      const callback = await loginUpToCallback(rp, browser);
      ahead = 601_000;
      return answer(browser, callback);
    },
    expected: stateUnknown('flow.expired'),
  },
  {
    row: 26,
    sentence: 'the code twice',
    run: changed(({ searchParams }) => searchParams.append('code', 'another')),
    expected: rejected('callback_duplicate'),
  },
  {
    row: 26,
    sentence: 'the state twice, the same each time',
    run: changed(({ searchParams }) => searchParams.append('state', searchParams.get('state') ?? '')),
    expected: rejected('callback_duplicate'),
  },
  {
    row: 26,
    sentence: 'iss twice',
    run: changed(({ searchParams }) => {
      searchParams.append('iss', 'https://a.example');
      searchParams.append('iss', 'https://b.example');
    }),
    expected: rejected('callback_duplicate'),
  },
  {
    row: 26,
    sentence: 'no code',
    run: changed(({ searchParams }) => searchParams.delete('code')),
    expected: rejected('response_invalid'),
  },
  {
    row: 26,
    sentence: 'a made-up code',
    run: changed(({ searchParams }) => searchParams.set('code', 'made-up')),
    expected: rejected('error_invalid_grant'),
  },
  {
    row: 26,
    sentence: 'an ID token by the front channel, which nobody asked for',
    run: changed(({ searchParams }) => searchParams.set('id_token', 'a.b.c')),
    expected: rejected('response'),
  },
  {
    row: 26,
    sentence: 'a signed response (JARM), which nobody asked for',
    run: changed(({ searchParams }) => searchParams.set('response', 'a.b.c')),
    expected: rejected('callback'),
  },
  {
    row: 26,
    sentence: 'a query of 9 kB',
    run: changed(({ searchParams }) => searchParams.set('code', 'a'.repeat(9_000))),
    expected: rejected('callback_too_long'),
  },
  {
    row: 27,
    sentence: 'PKCE is used, by S256, although the provider does not offer it',
    behaviour: {
      discovery: (document) => ({ ...document, code_challenge_methods_supported: undefined }),
    },
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      const asked = op.requests.find(({ path }) => path === '/authorize')?.parameters;
      const redeemed = op.requests.find(({ path }) => path === '/token')?.parameters;
      if (asked?.get('code_challenge_method') !== 'S256') throw new Error('no S256');
      if ((redeemed?.get('code_verifier') ?? '').length < 43) throw new Error('no verifier');
      return outcome;
    },
    expected: ann,
  },
  {
    row: 27,
    sentence: 'iss of another issuer',
    behaviour: { callback: (parameters) => parameters.set('iss', 'https://evil.example') },
    expected: rejected('callback'),
  },
  {
    row: 27,
    sentence: 'no iss where the provider says that it sends one',
    behaviour: {
      discovery: (document) => ({ ...document, authorization_response_iss_parameter_supported: true }),
    },
    expected: rejected('callback'),
  },
  {
    row: 27,
    sentence: 'the right iss',
    behaviour: ({ op }) => ({
      discovery: (document) => ({ ...document, authorization_response_iss_parameter_supported: true }),
      callback: (parameters) => parameters.set('iss', op.issuer),
    }),
    expected: ann,
  },
  {
    row: 27,
    sentence: 'an error with the iss of another issuer is not believed either',
    behaviour: {
      callback(parameters) {
        parameters.delete('code');
        parameters.set('error', 'access_denied');
        parameters.set('iss', 'https://evil.example');
      },
    },
    expected: rejected('callback'),
  },
  {
    row: 35,
    sentence: 'ten logins begun at once in one browser all finish, in any order',
    async run({ rp }) {
      const browser = testBrowser();
      const callbacks: URL[] = [];
      for (let tab = 0; tab < 10; tab += 1) callbacks.push(await loginUpToCallback(rp, browser, `/${tab}`));
      const outcomes = await Promise.all(callbacks.toReversed().map((callback) => answer(browser, callback)));
      const places = outcomes.map((outcome) => (outcome.kind === 'asserted' ? outcome.returnTo : 'nowhere'));
      if (places.join() !== '/9,/8,/7,/6,/5,/4,/3,/2,/1,/0') throw new Error(`they led to ${places.join()}`);
      if (browser.cookies.size !== 1) throw new Error('cookies pile up');
      return outcomes[0] ?? { kind: 'failed', code: 'nobody', detail: '' };
    },
    expected: ann,
  },
  {
    row: 37,
    sentence: "another browser's answer",
    async run({ rp }) {
      const callback = await loginUpToCallback(rp, testBrowser('browser-of-mallory'));
      return answer(testBrowser('browser-of-ann'), callback);
    },
    expected: stateUnknown('flow.unknown'),
  },
  {
    row: 37,
    sentence: "another browser's answer takes nothing away from the one whose it is",
    async run({ rp }) {
      const own = testBrowser('browser-of-ann');
      const callback = await loginUpToCallback(rp, own);
      const stolen = await answer(testBrowser('browser-of-mallory'), callback);
      if (stolen.kind === 'asserted') throw new Error('the other got in');
      return answer(own, callback);
    },
    expected: ann,
  },
  {
    row: 37,
    sentence: 'an answer in a browser without our cookie',
    async run({ rp }) {
      const browser = testBrowser();
      const callback = await loginUpToCallback(rp, browser);
      browser.cookies.clear();
      return answer(browser, callback);
    },
    expected: stateUnknown('flow.no_browser'),
  },
  {
    row: 37,
    sentence: "an attacker's code with the victim's state fails at PKCE",
    run: injectedCode,
    expected: rejected('error_invalid_grant'),
  },
  {
    row: 37,
    sentence: "an attacker's code with the victim's state fails at the nonce where the provider ignores PKCE",
    behaviour: { careless: true },
    run: injectedCode,
    expected: rejected('nonce'),
  },
];

async function injectedCode({ rp }: Bench): Promise<Outcome> {
  const attack = await loginUpToCallback(rp, testBrowser('browser-of-mallory'));
  const victim = testBrowser('browser-of-ann');
  const callback = await loginUpToCallback(rp, victim);
  callback.searchParams.set('code', attack.searchParams.get('code') ?? '');
  return answer(victim, callback);
}
