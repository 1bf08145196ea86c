import type { Request, Response } from 'express';
import { emailDomain } from '../../identity/index.ts';
import type { AdminDeps, Operator } from '../types.ts';
import type { SendPage } from './page.ts';
import type { Form, Routes } from './routes.ts';

/** A person before the first sign-in, with local groups: found by address or by the provider's own id. */
export function newPersonPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { config, directory, links, providers } = deps;

  async function ask(req: Request, res: Response, operator: Operator, form: Form, wrong?: string) {
    const groups = await directory.listGroups();
    send(req, res, {
      name: 'new-person',
      title: 'Add a person',
      section: 'people',
      operator,
      status: wrong === undefined ? 200 : 400,
      model: {
        form,
        wrong,
        groups: groups.map(({ name }) => name),
        providers: [...providers.values()].map(({ id, label }) => ({ id, label })),
      },
    });
  }

  routes.page('/people/new', (req, res, operator) => ask(req, res, operator, {}), { change: true });

  routes.change('/people/new', async (req, res, operator, form) => {
    const text = (name: string): string | undefined => form[name]?.trim() || undefined;
    const [email, name, subject, provider] = [text('email'), text('name'), text('subject'), text('provider')];
    if (email === undefined && subject === undefined) {
      return ask(
        req,
        res,
        operator,
        form,
        'Say how to know the person: by address, or by the id at a provider.',
      );
    }
    if (email !== undefined && emailDomain(email) === undefined)
      return ask(req, res, operator, form, 'That is no email address.');
    if (subject !== undefined && !config.providers.some(({ id }) => id === provider))
      return ask(req, res, operator, form, 'An id belongs to a provider: choose one.');
    const groups = (form['groups'] ?? '')
      .split('\n')
      .map((group) => group.trim())
      .filter((group) => group !== '' && group.length <= 200);
    const user = await links.add(
      {
        profile: {
          userName: email ?? subject ?? '',
          ...(email !== undefined && { email }),
          emailVerified: false,
          ...(name !== undefined && { displayName: name }),
        },
        expected: [
          ...(email === undefined ? [] : [{ by: 'email' as const, provider, value: email }]),
          ...(subject === undefined ? [] : [{ by: 'subject' as const, provider, value: subject }]),
        ],
        groups: [...new Set(groups)],
      },
      operator.actor,
    );
    res.redirect(303, `/admin/people/${user.id}?done=person`);
  });
}
