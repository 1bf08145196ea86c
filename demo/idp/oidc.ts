import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  interactionPolicy,
  Provider,
  type Configuration,
  type JWK,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { displayName, people, signIn, type Person } from '../people.ts';
import { standIn } from '../stand-in.ts';
import { readForm, sendHtml } from './form.ts';
import { type Brand, loginPage, messagePage, page } from './pages.ts';

const brand: Brand = { name: 'Microsoft', color: '#2463b3', protocol: 'OpenID Connect' };

const tenant = '8f1c2b7e-0b1d-4c5e-9a53-6f2f3f0c7d11';

export interface OidcIdpOptions {
  /** `http://localhost:4190`: the server listens on its port. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUris: readonly string[];
  /** Where it tells that a session is over, back channel; without it, it tells nobody. */
  readonly backChannelLogoutUri?: string;
  /** Private signing key. */
  readonly jwk: JWK;
  /** Signs the cookies of the provider. */
  readonly cookieSecret: string;
}

/**
 * An OpenID provider on the `oidc-provider` library: the protocol is the library's, the people and the sign-in page ours.
 * Every sign-in asks for the password, so that people of the demo can take turns in one browser.
 */
export function createOidcIdp(options: OidcIdpOptions): OidcIdp {
  const provider = new Provider(options.issuer, configuration(options));
  provider.on('server_error', (_context, error: Error) => console.error('demo OIDC provider:', error));
  const callback = provider.callback();
  const server = createServer((req, res) => {
    const path = new URL(req.url ?? '/', options.issuer).pathname;
    if (!path.startsWith('/interaction/')) return void callback(req, res);
    interact(provider, req, res).catch(() =>
      sendHtml(res, messagePage(brand, 'Please start again', 'This sign-in is no longer under way.'), 400),
    );
  });
  return Object.assign(server, {
    async endSession(subject: string, sid: string): Promise<void> {
      const client = await provider.Client.find(options.clientId);
      // The library's own sender of logout tokens, which its types leave out.
      await (client as unknown as BackChannelClient).backchannelLogout(subject, sid);
    },
  });
}

/** The server, and what only the provider itself can do. */
export type OidcIdp = Server & {
  /** Tells the relying party that this session of a subject is over (OpenID Connect Back-Channel Logout 1.0). */
  endSession(subject: string, sid: string): Promise<void>;
};

interface BackChannelClient {
  backchannelLogout(subject: string, sid: string): Promise<void>;
}

/** Shows the sign-in page, and takes its answer. */
async function interact(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(req, res);
  const action = `/interaction/${uid}`;
  if (req.method !== 'POST') return sendHtml(res, loginPage(brand, { action, hidden: {} }));

  const form = await readForm(req);
  if (form.has('cancel')) {
    return provider.interactionFinished(req, res, {
      error: 'access_denied',
      error_description: 'The person cancelled.',
    });
  }
  const userName = form.get('userName') ?? '';
  const person = signIn(userName, form.get('password') ?? '', [...people, standIn]);
  if (person === undefined) {
    const error = 'That user name and password do not match.';
    return sendHtml(res, loginPage(brand, { action, hidden: {}, error, userName }), 401);
  }
  if (person.disabledAtIdp) {
    // The code is the one that Entra ID gives for a disabled account.
    return provider.interactionFinished(req, res, {
      error: 'access_denied',
      error_description: 'AADSTS50057: The user account is disabled.',
    });
  }
  return provider.interactionFinished(req, res, { login: { accountId: person.subject, remember: false } });
}

function configuration(options: OidcIdpOptions): Configuration {
  return {
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        redirect_uris: [options.redirectUri],
        post_logout_redirect_uris: [...options.postLogoutRedirectUris],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_post',
        ...(options.backChannelLogoutUri !== undefined && {
          backchannel_logout_uri: options.backChannelLogoutUri,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    jwks: { keys: [options.jwk] },
    // The library's own dispatcher refuses addresses of this machine, and there is where the gateway is.
    fetch: (url, init) => {
      const { dispatcher: _refusing, ...rest } = (init ?? {}) as RequestInit & { dispatcher?: unknown };
      return globalThis.fetch(url, rest);
    },
    cookies: {
      keys: [options.cookieSecret],
      // Cookies know no ports: the gateway is on the same host, so the names must not meet.
      names: { session: 'idp_session', interaction: 'idp_interaction', resume: 'idp_resume' },
    },
    claims: {
      openid: ['sub', 'sid', 'auth_time', 'oid', 'tid'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale', 'groups'],
      email: ['email', 'email_verified'],
    },
    // The claims stand in the ID token itself, as with Entra ID.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource: signedOut },
    },
    interactions: { policy: alwaysAsk(), url: (_context, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Session: 3600, Interaction: 900, Grant: 3600, AccessToken: 3600, IdToken: 3600 },
    findAccount: (_context, subject) => {
      const person = [...people, standIn].find((each) => each.subject === subject);
      if (person === undefined || person.disabledAtIdp) return undefined;
      return { accountId: subject, claims: () => claimsOf(person) };
    },
    async loadExistingGrant(context) {
      const { oidc } = context;
      const accountId = oidc.session?.accountId;
      const clientId = oidc.client?.clientId;
      if (accountId === undefined || clientId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ accountId, clientId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    renderError(context, out) {
      context.type = 'html';
      context.body = messagePage(brand, 'Something is wrong', out.error_description ?? out.error);
    },
  };
}

/** The library's policy, with one more reason to show the sign-in page: the person has not just filled it in. */
function alwaysAsk(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const { Check } = interactionPolicy;
  const askAgain = new Check('demo', 'people of the demo take turns', ({ oidc }) =>
    oidc.result?.login === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
  );
  policy.get('login')?.checks.add(askAgain);
  return policy;
}

function claimsOf(person: Person): { sub: string; [claim: string]: unknown } {
  return {
    sub: person.subject,
    // Entra ID names a person by directory (`tid`) and object (`oid`).
    oid: person.subject,
    tid: tenant,
    name: displayName(person),
    given_name: person.givenName,
    family_name: person.familyName,
    preferred_username: person.email,
    locale: 'en',
    email: person.email,
    email_verified: person.emailVerified,
    ...(person.groups !== undefined && { groups: person.groups }),
  };
}

function logoutSource(context: KoaContextWithOIDC, form: string): void {
  context.body = page(
    brand,
    'Sign out of Microsoft too?',
    `${form}<button type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>`,
  );
}

function signedOut(context: KoaContextWithOIDC): void {
  context.body = messagePage(brand, 'Signed out', 'You can close this page.');
}
