import { logIn } from '../../support/oidc-rp.ts';
import { ann, type Expected, type OidcCase, rejected, unavailable } from './case.ts';

const denied = (
  sentence: string,
  error: string,
  description: string | undefined,
  expected: Expected,
): OidcCase => ({
  row: 26,
  sentence,
  behaviour: {
    callback(parameters) {
      parameters.delete('code');
      parameters.set('error', error);
      if (description !== undefined) parameters.set('error_description', description);
    },
  },
  expected,
});

/** The provider's own "no", and a token endpoint that is not as it should be. */
export const tokenEndpointCases: readonly OidcCase[] = [
  denied('access_denied is a refusal', 'access_denied', undefined, { refused: 'idp_denied' }),
  denied('login_required is a refusal', 'login_required', undefined, { refused: 'idp_denied' }),
  denied(
    'a switched-off account is told apart',
    'access_denied',
    'AADSTS50057: The user account is disabled. Trace ID: 1',
    {
      refused: 'idp_deactivated',
    },
  ),
  denied('a longer number is another code', 'access_denied', 'AADSTS5005799: Something else.', {
    refused: 'idp_denied',
  }),
  denied(
    'server_error is a provider in trouble',
    'server_error',
    undefined,
    unavailable('error_server_error'),
  ),
  denied('an error full of markup is a refusal without it', '<script>alert(1)</script>', undefined, {
    refused: 'idp_denied',
  }),
  {
    row: 26,
    module: 'client-secret-basic',
    sentence: 'the client secret goes into the Authorization header',
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      const asked = op.requests.find(({ path }) => path === '/token');
      if (!asked?.authorization?.startsWith('Basic ')) throw new Error('not there');
      if (asked.parameters.has('client_secret')) throw new Error('in the body too');
      return outcome;
    },
    expected: ann,
  },
  {
    row: 26,
    sentence: 'a token endpoint that answers 500',
    behaviour: { status: { '/token': 500 } },
    expected: unavailable('http_status'),
  },
  {
    row: 26,
    sentence: 'a token endpoint that answers 429',
    behaviour: { status: { '/token': 429 } },
    expected: unavailable('http_status'),
  },
  {
    row: 26,
    sentence: 'a token endpoint that redirects is not followed',
    behaviour: { status: { '/token': 307 } },
    async run({ rp, op }) {
      const outcome = await logIn(rp);
      if (op.count('/elsewhere') > 0) throw new Error('the code and the secret were sent elsewhere');
      return outcome;
    },
    expected: rejected('response'),
  },
  {
    row: 26,
    sentence: 'a token endpoint that answers with a page',
    behaviour: { status: { '/token': 200 } },
    expected: rejected('response'),
  },
  {
    row: 26,
    sentence: 'a token response of 3 MB',
    behaviour: { token: (response) => ({ ...response, padding: 'a'.repeat(3_000_000) }) },
    expected: rejected('response_too_large'),
  },
  {
    row: 26,
    sentence: 'a kind of access token that nobody knows',
    behaviour: { token: (response) => ({ ...response, token_type: 'mac' }) },
    expected: rejected('response'),
  },
  {
    row: 26,
    sentence: 'no access token',
    behaviour: { token: (response) => ({ ...response, access_token: undefined }) },
    expected: rejected('response_invalid'),
  },
  {
    row: 26,
    sentence: 'a userinfo endpoint that answers 500',
    behaviour: { bareIdToken: true, status: { '/userinfo': 500 } },
    expected: unavailable('http_status'),
  },
  {
    row: 26,
    sentence: 'a userinfo endpoint that answers 403',
    behaviour: { bareIdToken: true, status: { '/userinfo': 403 } },
    expected: rejected('response'),
  },
];
