import type { Request, Response } from 'express';
import { Eta } from 'eta';
import { formToken } from '../../sessions/index.ts';
import type { AdminDeps, Operator } from '../types.ts';
import { noticeOf } from './notices.ts';
import { agoText, dateText } from './time-text.ts';

/** Sends a page of the console. Everything a template prints with `<%= %>` is escaped. */
export type SendPage = (
  req: Request,
  res: Response,
  page: {
    /** `views/admin/<name>.eta`. */
    readonly name: string;
    readonly title: string;
    /** Which line of the menu is current. */
    readonly section?: string;
    readonly status?: number;
    readonly operator: Operator | undefined;
    readonly model?: Readonly<Record<string, unknown>>;
  },
) => void;

export const sections = [
  ['overview', 'Overview', '/admin'],
  ['people', 'People', '/admin/people'],
  ['groups', 'Groups', '/admin/groups'],
  ['sessions', 'Sessions', '/admin/sessions'],
  ['logins', 'Sign-ins', '/admin/logins'],
  ['providers', 'Providers', '/admin/providers'],
  ['scim', 'Provisioning', '/admin/scim'],
  ['audit', 'Audit', '/admin/audit'],
  ['api', 'API', '/admin/api/docs'],
] as const;

export function createSendPage(deps: AdminDeps): SendPage {
  const { config, files, now } = deps;
  const eta = new Eta({ views: deps.views, cache: true, autoEscape: true });
  const common = {
    brand: config.brand.name,
    prefix: config.prefix,
    sections,
    css: files.url('admin.css'),
    script: files.url('admin.js'),
    logo: files.url('door.svg'),
    date: dateText,
    time: (at: number) => `<time datetime="${new Date(at).toISOString()}">${dateText(at)}</time>`,
  };
  return (req, res, { name, title, section, status = 200, operator, model }) => {
    const at = now();
    const html = eta.render(
      req.query['part'] === 'results' && model?.['part'] === true ? `./${name}-results` : `./${name}`,
      {
        ...common,
        title,
        section,
        operator: operator?.name,
        token: operator === undefined ? '' : formToken(operator.digest, config.secrets),
        notice: noticeOf(req),
        ago: (time: number) =>
          `<time datetime="${new Date(time).toISOString()}" title="${dateText(time)}">${agoText(at - time)}</time>`,
        ...model,
      },
    );
    res.status(status).type('html').send(html);
  };
}
