import type { Request, Response } from 'express';
import type { AdminDeps, Operator } from '../types.ts';
import { identityOf } from './identity-form.ts';
import { orAsk } from './or-ask.ts';
import type { SendPage } from './page.ts';
import { personOf } from './people-pages.ts';
import type { Form, Routes } from './routes.ts';

/** Who is who: an identity at a provider joined to a person, or taken away. */
export function linkPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { config, links, providers } = deps;

  async function ask(req: Request, res: Response, operator: Operator, form: Form, wrong?: string) {
    const user = await personOf(deps, req);
    send(req, res, {
      name: 'link',
      title: 'Join an identity',
      section: 'people',
      operator,
      status: wrong === undefined ? 200 : 400,
      model: {
        user,
        form,
        wrong,
        providers: [...providers.values()].map(({ id, label }) => ({ id, label })),
      },
    });
  }

  routes.page('/people/:id/link', (req, res, operator) => ask(req, res, operator, {}), { change: true });

  routes.change('/people/:id/link', async (req, res, operator, form) => {
    const { id } = await personOf(deps, req);
    const identity = identityOf(config, form);
    if (typeof identity === 'string') return ask(req, res, operator, form, identity);
    const result = await links.link(id, identity, operator.actor);
    if (result === 'taken') {
      return ask(req, res, operator, form, 'Somebody else has that identity. Take it away there first.');
    }
    res.redirect(303, `/admin/people/${id}?done=linked`);
  });

  routes.page(
    '/people/:id/unlink',
    async (req, res, operator) => {
      const user = await personOf(deps, req);
      const text = (name: string): string => String(req.query[name] ?? '');
      const [provider, issuer, subject] = [text('provider'), text('issuer'), text('subject')];
      send(req, res, {
        name: 'confirm',
        title: 'Take this identity away?',
        section: 'people',
        operator,
        model: {
          text: `${subject} at ${issuer} no longer leads to this person. Their sessions end; the next sign-in by it is a first sign-in.`,
          button: 'Take it away',
          asksWhy: false,
          warning: req.query['last'] === '1',
          subject: user.profile.displayName ?? user.profile.userName,
          detail: user.profile.userName,
          hidden: { provider, issuer, subject },
          action: `/admin/people/${user.id}/unlink`,
          back: `/admin/people/${user.id}`,
        },
      });
    },
    { change: true },
  );

  routes.change('/people/:id/unlink', async (req, res, { actor }, form) => {
    const { id } = await personOf(deps, req);
    const { provider = '', issuer = '', subject = '' } = form;
    const identity = { provider, issuer, subject };
    const again = new URLSearchParams({ ...identity, last: '1' }).toString();
    await orAsk(res, `/admin/people/${id}/unlink?${again}`, async () => {
      await links.unlink(id, identity, actor, { evenLast: form['yes'] === '1' });
      return `/admin/people/${id}?done=unlinked`;
    });
  });
}
