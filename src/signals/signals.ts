import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure, type IdentityAssertion, toFailure } from '../identity/index.ts';
import type { Provider, ProviderLogouts, ProviderTokens, SloInput } from '../providers/index.ts';
import { answerEmpty, answerFramed, answerSignOut, answerTo } from './answers.ts';
import { createEndedMarks } from './ended-marks.ts';
import { createEventReceiver, verifiedKind, writeVerified } from './events/index.ts';
import { backChannelLogout } from './oidc/back-channel.ts';
import { framers, frontChannelLogout } from './oidc/front-channel.ts';
import { createRecheck } from './recheck/index.ts';
import { readForm } from './request-parameters.ts';
import { singleLogout } from './saml/single-logout.ts';
import type { SignalsDeps } from './types.ts';

/** Endings that come from the identity provider. */
export interface Signals {
  /** Answers the paths of this room; false when the request is not for it. */
  handle(req: IncomingMessage, res: ServerResponse): boolean;
  /**
   * Did the identity provider end this sign-in by a message that came since? Asked after the session was stored.
   * `receivedAt`: when the answer of the identity provider reached us, milliseconds since the epoch.
   */
  endedAtIdp(assertion: IdentityAssertion, receivedAt: number): Promise<boolean>;
  /** A session is in use: perhaps it is to be re-checked. Returns at once. */
  noticed(digest: string): void;
  /** Ends background work. */
  close(): Promise<void>;
}

/** Largest forms that are read, bytes: a logout token, and a signed message of SAML with all its percent signs. */
const largestForm = { token: 32_768, saml: 131_072 } as const;

/** How long it is remembered that a stream was seen to work, milliseconds. */
const verifiedKept = 90 * 86_400_000;

interface Route {
  /** Who reads the answers that refuse. */
  readonly reader: 'program' | 'person';
  readonly methods: Readonly<Record<string, Answer>>;
}
type Answer = (req: IncomingMessage, res: ServerResponse, provider: Provider) => Promise<void>;

export function createSignals(deps: SignalsDeps): Signals {
  const { config, providers, log, now } = deps;
  const marks = createEndedMarks(deps.transient, now);
  const recheck = createRecheck(deps);
  const events = createEventReceiver({
    ...deps,
    providers: config.providers,
    marks,
    recheck: recheck.now,
    async noteStream(provider, what, { payload }) {
      if (what === 'verified') {
        await deps.transient.put(
          verifiedKind,
          provider,
          writeVerified(payload['state'], now()),
          verifiedKept,
        );
      }
      log.info({ provider, what, status: payload['status'] }, 'the stream of security events');
    },
    fetch: deps.fetch ?? globalThis.fetch,
  });

  const backChannel: Answer = async (req, res, provider) => {
    const form = await readForm(req, largestForm.token);
    const token = form.get('logout_token');
    if (token === undefined) throw new Failure('bad_request', { detail: 'signals.no_logout_token' });
    const ended = await backChannelLogout(token, withTokens(provider), { ...deps, marks });
    log.info({ provider: provider.id, ended }, 'back-channel logout');
    answerEmpty(res, 200);
  };

  const frontChannel: Answer = async (req, res, provider) => {
    const able = withTokens(provider);
    const query = rawQuery(req);
    const ended = await frontChannelLogout(query, able, { ...deps, marks });
    log.info({ provider: provider.id, ended }, 'front-channel logout');
    answerFramed(res, await framers(new URLSearchParams(query).get('iss') ?? '', provider));
  };

  const slo =
    (read: (req: IncomingMessage) => Promise<SloInput>): Answer =>
    async (req, res, provider) => {
      const able = withLogouts(provider);
      const outcome = await singleLogout(await read(req), able, { ...deps, marks });
      const { answer: _answer, ...told } = { answer: undefined, ...outcome };
      log.info({ provider: provider.id, ...told }, 'SAML single logout');
      const signedOut = `${config.baseUrl}${config.prefix}/signed-out`;
      const answer = outcome.kind === 'answered' ? outcome.answer : undefined;
      answerSignOut(res, answer ?? { kind: 'redirect', url: signedOut });
    };
  const byRedirect = slo((req) => Promise.resolve({ binding: 'redirect', query: rawQuery(req) }));
  const byPost = slo(async (req) => ({ binding: 'post', fields: await readForm(req, largestForm.saml) }));

  const event: Answer = async (req, res, provider) => {
    const push = events.push(provider.id);
    if (push === undefined) throw new Failure('unknown_provider');
    await push(req, res);
  };

  const routes: Readonly<Record<string, Route>> = {
    events: { reader: 'program', methods: { POST: event } },
    backchannel: { reader: 'program', methods: { POST: backChannel } },
    frontchannel: { reader: 'person', methods: { GET: frontChannel } },
    slo: { reader: 'person', methods: { GET: byRedirect, POST: byPost } },
  };

  const answer = async (
    req: IncomingMessage,
    res: ServerResponse,
    route: Route,
    path: { readonly kind: string; readonly provider: string },
  ): Promise<void> => {
    try {
      const provider = providers.get(path.provider);
      if (provider === undefined) throw new Failure('unknown_provider');
      const act = new Map(Object.entries(route.methods)).get(req.method ?? '');
      if (act === undefined) {
        res.setHeader('Allow', Object.keys(route.methods).join(', '));
        throw new Failure('method_not_allowed');
      }
      await act(req, res, provider);
    } catch (error) {
      refuse(res, route, path, toFailure(error));
    }
  };

  const refuse = (
    res: ServerResponse,
    route: Route,
    path: { readonly kind: string; readonly provider: string },
    failure: Failure,
  ): void => {
    const reference = deps.reference();
    const { code, detail } = failure;
    const level = failure.status >= 500 && code !== 'idp_unavailable' ? 'error' : 'warn';
    const cause = failure.cause instanceof Error ? failure.cause.message : undefined;
    log[level]({ ...path, code, detail, cause, reference }, 'a message of an identity provider was refused');
    if (res.headersSent) return void res.destroy();
    answerTo(route.reader, res, { code, reference, brand: config.brand.name, contact: config.contact });
  };

  const pattern = new RegExp(`^${RegExp.escape(config.prefix)}/([a-z]+)/([^/]+)$`);
  return {
    handle(req, res) {
      const path = (req.url ?? '/').split('?')[0] ?? '/';
      const [, kind = '', provider = ''] = pattern.exec(path) ?? [];
      const route = Object.hasOwn(routes, kind) ? routes[kind] : undefined;
      if (route === undefined) return false;
      void answer(req, res, route, { kind, provider });
      return true;
    },
    endedAtIdp: (assertion, receivedAt) => marks.covers(assertion, receivedAt),
    noticed: recheck.noticed,
    async close() {
      await Promise.all([recheck.close(), events.close()]);
    },
  };
}

/** The query of the request target as it was received, without its question mark. */
function rawQuery(req: IncomingMessage): string {
  const url = req.url ?? '';
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}

/** The provider, if it speaks OpenID Connect. Throws Failure `unknown_provider` otherwise. */
function withTokens(provider: Provider): Provider & { readonly tokens: ProviderTokens } {
  const { tokens } = provider;
  if (tokens === undefined) throw new Failure('unknown_provider');
  return { ...provider, tokens };
}

/** The provider, if it speaks SAML. Throws Failure `unknown_provider` otherwise. */
function withLogouts(provider: Provider): Provider & { readonly logouts: ProviderLogouts } {
  const { logouts } = provider;
  if (logouts === undefined) throw new Failure('unknown_provider');
  return { ...provider, logouts };
}
