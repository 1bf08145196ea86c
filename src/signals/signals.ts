import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../gate/index.ts';
import { Failure, type IdentityAssertion, toFailure } from '../identity/index.ts';
import type { Provider, ProviderTokens } from '../providers/index.ts';
import { answerEmpty, answerJson, oauthError } from './answers.ts';
import { createEndedMarks } from './ended-marks.ts';
import { backChannelLogout } from './oidc/back-channel.ts';
import { readForm } from './request-body.ts';
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
}

/** Largest form that is read, bytes: a logout token with a long `sid` takes a tenth. */
const largestForm = 32_768;

type Answer = (req: IncomingMessage, res: ServerResponse, provider: Provider) => Promise<void>;

export function createSignals(deps: SignalsDeps): Signals {
  const { config, providers, log, now } = deps;
  const marks = createEndedMarks(deps.transient, now);

  const backChannel: Answer = async (req, res, provider) => {
    const form = await readForm(req, largestForm);
    const token = form.get('logout_token');
    if (token === undefined) throw new Failure('bad_request', { detail: 'signals.no_logout_token' });
    const ended = await backChannelLogout(token, withTokens(provider), { ...deps, marks });
    log.info({ provider: provider.id, ended }, 'back-channel logout');
    answerEmpty(res, 200);
  };

  const routes: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
    backchannel: { POST: backChannel },
  };

  const answer = async (
    req: IncomingMessage,
    res: ServerResponse,
    path: { readonly kind: string; readonly provider: string },
  ): Promise<void> => {
    try {
      const provider = providers.get(path.provider);
      if (provider === undefined) throw new Failure('unknown_provider');
      const methods = routes[path.kind] ?? {};
      const act = Object.hasOwn(methods, req.method ?? '') ? methods[req.method ?? ''] : undefined;
      if (act === undefined) {
        res.setHeader('Allow', Object.keys(methods).join(', '));
        throw new Failure('method_not_allowed');
      }
      await act(req, res, provider);
    } catch (error) {
      refuse(res, path, error);
    }
  };

  const refuse = (res: ServerResponse, path: { kind: string; provider: string }, error: unknown): void => {
    const failure = toFailure(error);
    const reference = deps.reference();
    const { code, detail } = failure;
    const level = failure.status >= 500 && code !== 'idp_unavailable' ? 'error' : 'warn';
    const cause = failure.cause instanceof Error ? failure.cause.message : undefined;
    log[level]({ ...path, code, detail, cause, reference }, 'a message of an identity provider was refused');
    if (res.headersSent) return void res.destroy();
    if (code === 'unknown_provider') {
      return answerError(res, { status: 404, code, reference, reader: 'program' });
    }
    const { status, body } = oauthError(failure);
    answerJson(res, status, body, { connection: 'close' });
  };

  const pattern = new RegExp(`^${RegExp.escape(config.prefix)}/([a-z]+)/([^/]+)$`);
  return {
    handle(req, res) {
      const path = (req.url ?? '/').split('?')[0] ?? '/';
      const [, kind = '', provider = ''] = pattern.exec(path) ?? [];
      if (!Object.hasOwn(routes, kind)) return false;
      void answer(req, res, { kind, provider });
      return true;
    },
    endedAtIdp: (assertion, receivedAt) => marks.covers(assertion, receivedAt),
  };
}

/** The provider, if it speaks OpenID Connect. Throws Failure `unknown_provider` otherwise. */
function withTokens(provider: Provider): Provider & { readonly tokens: ProviderTokens } {
  const { tokens } = provider;
  if (tokens === undefined) throw new Failure('unknown_provider');
  return { ...provider, tokens };
}
