import type { Request, Response, Router } from 'express';
import { Failure } from '../../identity/index.ts';
import type { Operator } from '../types.ts';
import type { Operators } from './operator.ts';
import type { SendPage } from './page.ts';

/** An answer for somebody who may work here. */
export type Answer = (req: Request, res: Response, operator: Operator) => Promise<void>;

/** What a form sent; a field that came several times is its last. */
export type Form = Readonly<Record<string, string>>;

/** How the console's pages are put on their paths. */
export interface Routes {
  /** A page. `change: true`: the form of a change, which is shown only to those who signed in recently. */
  page(path: string, answer: Answer, options?: { change: boolean }): void;
  /** A change: of this very session, sent by a page of ours, by somebody who signed in recently. */
  change(
    path: string,
    answer: (req: Request, res: Response, operator: Operator, form: Form) => Promise<void>,
  ): void;
}

/** `strangers`: what somebody sees who is signed in and is no administrator. */
export function createRoutes(
  router: Router,
  operators: Operators,
  send: SendPage,
  options: { login: (path: string) => string; again: (provider: string, path: string) => string },
): Routes {
  async function admitted(
    req: Request,
    res: Response,
    path: string,
    next: (operator: Operator) => Promise<void>,
  ) {
    const standing = await operators.of(req);
    if (standing.kind === 'signed_out') return res.redirect(303, options.login(path));
    if (standing.kind === 'stranger') {
      const model = { who: standing.name };
      return send(req, res, {
        name: 'stranger',
        title: 'Not for you',
        status: 403,
        operator: undefined,
        model,
      });
    }
    await next(standing.operator);
  }

  /** Somebody whose sign-in is too old for a change is asked to sign in again, and comes back. */
  function askAgain(req: Request, res: Response, operator: Operator, path: string): void {
    const again = options.again(operator.provider ?? '', path);
    send(req, res, { name: 'again', title: 'Please sign in again', status: 403, operator, model: { again } });
  }

  return {
    page(path, answer, { change } = { change: false }) {
      router.get(path, (req, res) =>
        admitted(req, res, req.originalUrl, async (operator) => {
          if (change && !operators.isRecent(operator)) return askAgain(req, res, operator, req.originalUrl);
          await answer(req, res, operator);
        }),
      );
    },
    change(path, answer) {
      router.post(path, (req, res) =>
        admitted(req, res, '/admin', async (operator) => {
          const form = formOf(req);
          operators.requireOwn(req, operator, form['token']);
          if (!operators.isRecent(operator)) return askAgain(req, res, operator, backOf(req));
          await answer(req, res, operator, form);
        }),
      );
    },
  };
}

/** The page that a form was on, as far as the browser tells; only its path counts. */
function backOf(req: Request): string {
  const url = URL.parse(req.get('referer') ?? '');
  return url?.pathname.startsWith('/admin') === true ? url.pathname : '/admin';
}

function formOf(req: Request): Form {
  const body: unknown = req.body;
  if (typeof body !== 'object' || body === null)
    throw new Failure('unsupported_media_type', { detail: 'admin.form' });
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]): [string, string][] => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      return typeof last === 'string' ? [[name, last]] : [];
    }),
  );
}

/** The reason that somebody typed, or undefined; free text of a bounded length. */
export function whyOf(form: Form): string | undefined {
  const why = form['why']?.trim().slice(0, 500);
  return why === undefined || why === '' ? undefined : why;
}
