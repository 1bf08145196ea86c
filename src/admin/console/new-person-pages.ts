import type { Request, Response } from 'express';
import { readNewPerson } from '../new-person.ts';
import type { AdminDeps, Operator } from '../types.ts';
import type { SendPage } from './page.ts';
import { personOf } from './people-pages.ts';
import type { Form, Routes } from './routes.ts';

/** A person before the first sign-in, with local groups: found by address or by the provider's own id; and invitations. */
export function newPersonPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { config, directory, links, providers, invitations } = deps;

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
        invites: invitations.offered,
        groups: groups.map(({ name }) => name),
        providers: [...providers.values()].map(({ id, label }) => ({ id, label })),
      },
    });
  }

  routes.page('/people/new', (req, res, operator) => ask(req, res, operator, {}), { change: true });

  routes.change('/people/new', async (req, res, operator, form) => {
    const text = (name: string): string | undefined => form[name]?.trim() || undefined;
    const groups = (form['groups'] ?? '')
      .split('\n')
      .map((group) => group.trim())
      .filter((group) => group !== '' && group.length <= 200);
    const read = readNewPerson(
      {
        email: text('email'),
        externalId: text('subject'),
        provider: text('provider'),
        displayName: text('name'),
        groups,
      },
      config.providers,
    );
    if ('wrong' in read) return ask(req, res, operator, form, read.wrong);
    const user = await links.add(read.person, operator.actor);
    const invitation = form['invite'] === '1' ? await invitations.invite(user.id, operator.actor) : undefined;
    const done = invitation === undefined ? 'person' : doneOf(invitation.kind);
    res.redirect(303, `/admin/people/${user.id}?done=${done}`);
  });

  routes.change('/people/:id/invite', async (req, res, operator) => {
    const { id } = await personOf(deps, req);
    const { kind } = await invitations.invite(id, operator.actor);
    res.redirect(303, `/admin/people/${id}?done=${doneOf(kind)}`);
  });
}

/** What the page that follows says of it; see notices.ts. */
function doneOf(kind: string): string {
  return `invite-${kind}`;
}
