import type { Request, Response } from 'express';
import { type Failure, type RefusalReason, failures } from '../identity/index.ts';
import { wantsPage } from './audience.ts';
import type { PageName, RenderPage } from './pages.ts';
import type { LanguageChoice } from './language-choice.ts';
import type { Languages } from './strings.ts';

/** What an error or refusal page knows beside its reason. */
export interface ReplyContext {
  readonly reference: string;
  /** Id of the provider that the person tried, when it exists: for "try again". */
  readonly provider?: string | undefined;
  readonly returnTo?: string | undefined;
  /** As the person calls themselves at the identity provider; shown so that a wrong account is noticed. */
  readonly account?: string | undefined;
}

/** The three kinds of answer this room gives. A person gets a page, a program JSON, with the same reference. */
export interface Replies {
  page(
    req: Request,
    res: Response,
    status: number,
    name: PageName,
    model: Readonly<Record<string, unknown>>,
  ): void;
  failure(req: Request, res: Response, failure: Failure, context: ReplyContext): void;
  refusal(req: Request, res: Response, reason: RefusalReason, context: ReplyContext): void;
}

/** Seconds after which a store or provider that did not answer is worth another try. */
const retrySoon = 5;

export function createReplies(options: {
  render: RenderPage;
  languages: Languages;
  choice: LanguageChoice;
  prefix: string;
}): Replies {
  const { render, languages, choice, prefix } = options;

  const page: Replies['page'] = (req, res, status, name, model) => {
    const language = choice.of(req, res);
    // A page of an error is never asked for again: its address may be the answer of an identity provider.
    const menu = name === 'error' || name === 'refusal' ? [] : choice.menu(req, language);
    res.status(status);
    res.setHeader('Content-Language', language.tag);
    res.vary('Accept, Accept-Language, Cookie');
    res.type('html').send(render(name, language, menu, model));
  };

  const json = (res: Response, status: number, code: string, message: string, reference: string): void => {
    res.status(status).vary('Accept').json({ error: { code, message, reference } });
  };

  return {
    page,
    failure(req, res, failure, context) {
      const retryAfter = failure.retryAfter ?? (failure.status === 503 ? retrySoon : undefined);
      if (retryAfter !== undefined) res.setHeader('Retry-After', String(Math.max(1, Math.ceil(retryAfter))));
      if (!wantsPage(req)) {
        return json(res, failure.status, failure.code, failures[failure.code].message, context.reference);
      }
      page(req, res, failure.status, 'error', { code: failure.code, ...context, ...links(prefix, context) });
    },
    refusal(req, res, reason, context) {
      const text = languages.preferred('en').t(`refusal.${reason}.what`);
      if (!wantsPage(req)) return json(res, 403, reason, text, context.reference);
      page(req, res, 403, 'refusal', { reason, ...context, ...links(prefix, context) });
    },
  };
}

/** Addresses of the buttons on an error or refusal page. */
function links(prefix: string, context: ReplyContext): { again: string; other: string; chooser: string } {
  const rd = context.returnTo === undefined ? '' : `rd=${encodeURIComponent(context.returnTo)}`;
  const chooser = `${prefix}/login${rd === '' ? '' : `?${rd}`}`;
  if (context.provider === undefined) return { again: chooser, other: chooser, chooser };
  const start = `${prefix}/login/${encodeURIComponent(context.provider)}`;
  return {
    again: rd === '' ? start : `${start}?${rd}`,
    other: `${start}?account=other${rd === '' ? '' : `&${rd}`}`,
    chooser,
  };
}
