import { signed } from '../../support/hostile-op.ts';
import { logIn, type Outcome } from '../../support/oidc-rp.ts';
import { ann, type Bench, type OidcCase, rejected, unavailable } from './case.ts';

const nobody: Outcome = { kind: 'failed', code: 'nobody', detail: '' };

/** Row 28: keys that change, keys that nobody knows, and keys that cannot be had. */
export const keysCases: readonly OidcCase[] = [
  {
    row: 28,
    module: 'discovery-jwks-uri-keys',
    sentence: 'keys come from where the discovery document says',
    behaviour: ({ op }) => ({
      discovery: (document) => ({ ...document, jwks_uri: `${op.issuer}/moved/jwks` }),
    }),
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      if (op.count('/moved/jwks') !== 1) throw new Error('the keys were not fetched there');
      return outcome;
    },
    expected: ann,
  },
  {
    row: 28,
    module: 'signing-key-rotation',
    sentence: 'a login after the keys were changed goes on, seconds after the last one',
    async run({ rp, op, keys }) {
      const first = await logIn(rp);
      if (first.kind !== 'asserted') return first;
      op.state.key = keys.other;
      return logIn(rp);
    },
    expected: ann,
  },
  {
    row: 28,
    module: 'signing-key-rotation-just-before-signing',
    sentence: 'a login goes on although the keys are changed while it is under way',
    async run({ rp, op, keys }) {
      await logIn(rp);
      op.behave({
        claims(claims) {
          op.state.key = keys.other;
          return claims;
        },
        idToken: (claims) => signed(claims, { alg: 'RS256', kid: keys.other.kid }, keys.other),
      });
      return logIn(rp);
    },
    expected: ann,
  },
  {
    row: 28,
    sentence: 'fifty tokens with unknown key ids cause one fetch of keys',
    behaviour: { header: (header) => ({ ...header, kid: `made-up-${Math.random()}` }) },
    async run({ rp, op }) {
      op.behave();
      await logIn(rp);
      op.behave({ header: (header) => ({ ...header, kid: `made-up-${Math.random()}` }) });
      let last: Outcome = nobody;
      for (let each = 0; each < 50; each += 1) last = await logIn(rp);
      if (op.count('/jwks') !== 1) throw new Error(`${op.count('/jwks')} fetches`);
      return last;
    },
    expected: rejected('key'),
  },
  {
    row: 28,
    sentence: 'tokens with unknown key ids spoil nothing for good ones',
    async run({ rp, op }) {
      await logIn(rp);
      op.behave({ header: (header) => ({ ...header, kid: 'made-up' }) });
      await logIn(rp);
      op.behave();
      const outcome = await logIn(rp);
      if (op.count('/jwks') > 0) throw new Error('the keys were fetched again');
      return outcome;
    },
    expected: ann,
  },
  {
    row: 28,
    sentence: 'after a flood, a real change of keys is seen within a minute',
    async run({ rp, op, keys }: Bench) {
      let ahead = 0;
      rp.configure({ issuer: op.issuer, clockTolerance: 60_000 }, { now: () => Date.now() + ahead });
      op.behave({ header: (header) => ({ ...header, kid: 'made-up' }) });
      await logIn(rp);
      op.behave();
      op.state.key = keys.other;
      const during = await logIn(rp);
      if (during.kind === 'asserted') throw new Error('a second fetch within the minute');
      ahead = 61_000;
      return logIn(rp);
    },
    expected: ann,
  },
  {
    row: 28,
    module: 'ignores-unparseable-key-in-jwks',
    sentence: 'keys of kinds that nobody knows are passed over',
    behaviour: {
      keys: (keys) => ({
        keys: [
          { kty: 'AKP', kid: 'a', alg: 'ML-DSA-999', pub: 'AAAA' },
          { kty: 'made-up', kid: 'b' },
          ...keys,
        ],
      }),
    },
    expected: ann,
  },
  {
    row: 28,
    sentence: 'keys that cannot be had are a provider that does not answer',
    behaviour: { status: { '/jwks': 503 } },
    expected: unavailable('http_status'),
  },
  {
    row: 28,
    sentence: 'keys that are no key set are not guessed at',
    behaviour: { keys: () => ({ keys: 'none' }) },
    expected: unavailable('jwks_malformed'),
  },
  {
    row: 28,
    sentence: 'an empty key set verifies nothing',
    behaviour: { keys: () => ({ keys: [] }) },
    expected: rejected('key'),
  },
];
