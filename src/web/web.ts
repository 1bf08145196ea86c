import { join } from 'node:path';
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { Failure } from '../identity/index.ts';
import type { Provider } from '../providers/index.ts';
import { type Attempt, createAttemptEndings } from './attempt.ts';
import { brandFiles } from './brand.ts';
import { createBrowserCookie } from './browser-cookie.ts';
import { describeCause } from './cause.ts';
import { createChooser } from './chooser.ts';
import { clientAddress, trustedProxies } from './client-address.ts';
import { createHomeRealms } from './home-realm.ts';
import { formOf } from './form.ts';
import { failureOf } from './http-errors.ts';
import { createLanguageChoice } from './language-choice.ts';
import { createLimits } from './limits.ts';
import { createLoginAnswer } from './login-answer.ts';
import { createLoginStart } from './login-start.ts';
import { createTrace } from './trace-attempt.ts';
import { createLogout } from './logout.ts';
import { createMe } from './me.ts';
import { createMeTokens } from './me-tokens.ts';
import { createPages, viewsDirectory } from './pages.ts';
import { createPlainCookie } from './plain-cookie.ts';
import { createOtherHosts } from './other-hosts.ts';
import { newReference } from './reference.ts';
import { createReplies } from './replies.ts';
import { type ReturnRules, safeReturnTo } from './return-to.ts';
import { securityHeaders } from './security-headers.ts';
import { loadStaticFiles } from './static-files.ts';
import { createStrategies } from './strategies.ts';
import { loadLanguages } from './strings.ts';
import type { WebDeps } from './types.ts';
import { createWho } from './who.ts';

/** Largest SAML answer that is read: an assertion with a thousand groups takes a tenth of it. */
const largestAnswer = 1_500_000;

/**
 * Everything a browser meets, as an Express application that answers every path under `config.prefix` and nothing else.
 * Use it as it is for such requests, or mount it at the root of another application.
 */
export function createWeb(deps: WebDeps): Express {
  const { config, providers, sessionMiddleware, log } = deps;
  const { prefix } = config;
  const https = config.baseUrl.startsWith('https:');
  const rules: ReturnRules = {
    baseUrl: config.baseUrl,
    prefix,
    cookieDomain: config.session.cookieDomain,
    origins: [...config.returnTo, ...config.hosts.map((host) => `${https ? 'https' : 'http'}://${host}`)],
  };
  const staticDirectory = join(viewsDirectory, 'static');
  const brand = brandFiles(config.brand, staticDirectory);
  const files = loadStaticFiles(staticDirectory, prefix, brand.files);
  const languages = loadLanguages(join(viewsDirectory, 'locales'));
  const plain = { path: prefix, https };
  const lastUsed = createPlainCookie({ ...plain, name: 'doorward-last', allowed: (id) => providers.has(id) });
  const replies = createReplies({
    render: createPages({ config, files, logo: brand.logo, log }),
    languages,
    choice: createLanguageChoice(
      languages,
      createPlainCookie({
        ...plain,
        name: 'doorward-lang',
        allowed: (tag) => languages.named(tag) !== undefined,
      }),
    ),
    prefix,
  });
  const isTrusted = trustedProxies(config.trustedProxies);
  const addressOf = (req: Request): string | undefined =>
    clientAddress(req.socket.remoteAddress, req.get('x-forwarded-for'), isTrusted);
  const reference = (): string => newReference(deps.random);
  const limits = createLimits(deps.transient, config.login, deps.now);
  const trace = createTrace(deps);
  const endings = createAttemptEndings({
    audit: deps.audit,
    trace,
    replies,
    now: deps.now,
    log,
    onLogin: deps.onLogin,
  });
  const browserCookie = createBrowserCookie({ https, timeout: config.login.timeout, random: deps.random });
  const strategies = createStrategies(providers, deps.span);
  const start = createLoginStart({ strategies, endings, browserCookie });
  const answer = createLoginAnswer(deps, {
    strategies,
    endings,
    browserCookie,
    limits,
    rules,
    lastUsed,
    trace,
  });
  const realms = createHomeRealms(config.providers);
  const chooser = createChooser(deps, { replies, rules, realms, lastUsed });
  const otherHosts = createOtherHosts(deps, { replies, rules, limits, reference });
  const who = createWho(deps, replies, reference, otherHosts.hostOf);
  const meTokens = deps.tokens && createMeTokens(deps, deps.tokens, rules);
  const me = createMe(deps, replies, rules, meTokens);
  const logout = createLogout(deps, replies, rules, addressOf);

  const providerOf = (req: Request, protocol?: Provider['protocol']): Provider => {
    const provider = providers.get(String(req.params['provider']));
    if (provider === undefined || (protocol !== undefined && provider.protocol !== protocol)) {
      throw new Failure('unknown_provider');
    }
    return provider;
  };

  /** Opens an attempt and counts it. Undefined when a limit was passed: the answer is sent then. */
  const attempted = async (
    step: 'start' | 'answer',
    protocol: Provider['protocol'] | undefined,
    req: Request,
    res: Response,
  ): Promise<Attempt | undefined> => {
    const { id } = providerOf(req, protocol);
    const attempt: Attempt = { reference: reference(), provider: id, address: addressOf(req) };
    if (step === 'start') attempt.returnTo = safeReturnTo(req.query['rd'], rules);
    try {
      await limits.attempt(step, id, attempt.address);
      return attempt;
    } catch (error) {
      await endings.failed(req, res, attempt, error);
      return undefined;
    }
  };

  const onAnswer =
    (protocol: Provider['protocol'], read: readonly RequestHandler[]) =>
    async (req: Request, res: Response): Promise<void> => {
      const attempt = await attempted('answer', protocol, req, res);
      if (attempt === undefined) return;
      try {
        for (const handler of [...read, sessionMiddleware]) await passed(handler, req, res);
        if (protocol === 'saml') requireSamlResponse(req);
      } catch (error) {
        return endings.failed(req, res, attempt, failureOf(error));
      }
      await answer(req, res, attempt);
    };

  const form = formOf({ most: largestAnswer });
  const router = express.Router({ caseSensitive: true });
  router.use(securityHeaders({ https }));
  if (config.hosts.length > 0) {
    router.use(otherHosts.only);
    // HEAD would spend the code of a link that somebody's scanner only looks at.
    route(router, '/handover', { GET: otherHosts.finish }, { head: false });
    route(router, '/handover/start', { GET: otherHosts.start }, { head: false });
    route(router, '/handover/issue', { GET: otherHosts.issue }, { head: false });
  }
  const smallForm = formOf({ most: 10_000 });
  route(router, '/login', {
    GET: chooser.show,
    async POST(req, res) {
      await passed(smallForm, req, res);
      await chooser.find(req, res);
    },
  });
  route(router, '/login/:provider', {
    async GET(req, res) {
      const attempt = await attempted('start', undefined, req, res);
      if (attempt !== undefined) await start(req, res, attempt);
    },
  });
  // HEAD would spend the one-time code or the login state of a link that somebody's scanner only looks at.
  route(router, '/callback/:provider', { GET: onAnswer('oidc', []) }, { head: false });
  route(router, '/acs/:provider', { POST: onAnswer('saml', [form]) });
  route(router, '/metadata/:provider', {
    async GET(req, res) {
      const xml = await providerOf(req, 'saml').metadata?.();
      if (xml === undefined) throw new Failure('not_found');
      res.type('application/samlmetadata+xml').send(xml);
    },
  });
  route(router, '/logout', {
    async GET(req, res) {
      await passed(sessionMiddleware, req, res);
      await logout.ask(req, res);
    },
    async POST(req, res) {
      await passed(sessionMiddleware, req, res);
      await logout.end(req, res);
    },
  });
  route(router, '/signed-out', {
    async GET(req, res) {
      replies.page(req, res, 200, 'signed-out', {});
    },
  });
  route(router, '/session', { GET: who.session });
  route(router, '/me', {
    GET: who.admitted('/me', async (req, res, identity) => {
      await logout.allowForm(res, identity.session.login?.provider);
      await me.page(req, res, identity);
    }),
  });
  if (meTokens !== undefined) {
    route(router, '/me/tokens', {
      async POST(req, res) {
        await passed(smallForm, req, res);
        // A token is shown on the page that made it, and on no other.
        await who.admitted('/me', async (...asked) => {
          await meTokens.create(...asked);
          await me.page(...asked);
        })(req, res);
      },
    });
    route(router, '/me/tokens/revoke', {
      async POST(req, res) {
        await passed(smallForm, req, res);
        await who.admitted('/me', meTokens.revoke)(req, res);
      },
    });
  }
  route(router, '/me/data', { GET: who.admitted('/me', me.data) });
  route(router, '/me/sessions', {
    async POST(req, res) {
      await passed(smallForm, req, res);
      await who.admitted('/me', me.endSessions)(req, res);
    },
  });
  router.get('/static/:file', files.handler);
  router.use(() => {
    throw new Failure('not_found');
  });
  router.use((error: unknown, req: Request, res: Response, _next: NextFunction): void => {
    const failure = failureOf(error);
    const context = { reference: reference() };
    const cause = describeCause(failure.cause);
    const { code, detail } = failure;
    log[failure.status >= 500 ? 'error' : 'debug'](
      { ...context, code, detail, cause, path: req.path },
      'request failed',
    );
    if (res.headersSent) res.destroy();
    else replies.failure(req, res, failure, context);
  });

  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.use(prefix, router);
  return app;
}

type Method = 'GET' | 'POST';
type Answer = (req: Request, res: Response) => Promise<void>;

/** Routes of one path; every other method is answered with 405 and what is allowed (RFC 9110, section 15.5.6). */
function route(
  router: express.Router,
  path: string,
  answers: Partial<Record<Method, Answer>>,
  options: { head: boolean } = { head: true },
): void {
  const methods = new Map(Object.entries(answers));
  const get = methods.get('GET');
  if (get !== undefined && options.head) methods.set('HEAD', get);
  router.all(path, async (req, res) => {
    const answer = methods.get(req.method);
    if (answer === undefined) {
      res.setHeader('Allow', [...methods.keys()].join(', '));
      throw new Failure('method_not_allowed');
    }
    await answer(req, res);
  });
}

/** Runs one middleware; rejects with what it hands to `next`. */
function passed(handler: RequestHandler, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    Promise.try(handler, req, res, (error?: unknown) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error(String(error)));
    }).catch(reject);
  });
}

/** Exactly one SAMLResponse, in a form: anything else is no answer of an identity provider (SAML bindings, 3.5.4). */
function requireSamlResponse(req: Request): void {
  const body: unknown = req.body;
  if (typeof body !== 'object' || body === null)
    throw new Failure('unsupported_media_type', { detail: 'web.acs_type' });
  const { SAMLResponse: response, RelayState: relayState } = body as Record<string, unknown>;
  if (typeof response !== 'string' || (relayState !== undefined && typeof relayState !== 'string')) {
    throw new Failure('bad_request', { detail: 'web.acs_form' });
  }
}
