import { Failure } from '../../identity/index.ts';
import { sessionRef } from '../../sessions/index.ts';
import { orAsk } from './or-ask.ts';
import type { AdminDeps } from '../types.ts';
import type { SendPage } from './page.ts';
import { personOf } from './people-pages.ts';
import { type Routes, whyOf } from './routes.ts';

/** What can be done to one person. What harms is asked first, on a page of its own; all of it is written down. */
export function personChanges(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { people, sessions, endings } = deps;

  const harms = {
    disable: {
      title: 'Disable this person?',
      text: 'Their sessions end and the next request is refused, also one in flight. Profile and groups stay. No sign-in and no SCIM client can undo it; you can.',
      button: 'Disable',
      asksWhy: true,
    },
    'end-sessions': {
      title: 'End all sessions of this person?',
      text: 'They are signed out everywhere at once, and may sign in again.',
      button: 'End all sessions',
      asksWhy: false,
    },
    erase: {
      title: 'Erase this person for good?',
      text: 'Profile, identities, memberships and sessions are removed, and what is personal in the audit trail. It keeps the id, as a pseudonym. This cannot be undone; somebody who signs in again later is somebody new.',
      button: 'Erase for good',
      asksWhy: false,
    },
  } as const;

  for (const [action, { title, text, button, asksWhy }] of Object.entries(harms)) {
    routes.page(
      `/people/:id/${action}`,
      async (req, res, operator) => {
        const user = await personOf(deps, req);
        const back = `/admin/people/${user.id}`;
        const warning = req.query['last'] === '1';
        send(req, res, {
          name: 'confirm',
          title,
          section: 'people',
          operator,
          model: {
            text,
            button,
            asksWhy,
            warning,
            typo: req.query['typo'] === '1',
            subject: user.profile.displayName ?? user.profile.userName,
            detail: user.profile.userName,
            typeName: action === 'erase' ? user.profile.userName : undefined,
            action: `${back}/${action}`,
            back,
          },
        });
      },
      { change: true },
    );
  }

  routes.change('/people/:id/disable', async (req, res, { actor }, form) => {
    const { id } = await personOf(deps, req);
    await orAsk(res, `/admin/people/${id}/disable?last=1`, async () => {
      await people.disable(id, actor, whyOf(form), { evenLast: form['yes'] === '1' });
      return `/admin/people/${id}?done=disabled`;
    });
  });

  routes.change('/people/:id/enable', async (req, res, { actor }, form) => {
    const { id } = await personOf(deps, req);
    await people.enable(id, actor, whyOf(form));
    res.redirect(303, `/admin/people/${id}?done=enabled`);
  });

  routes.change('/people/:id/end-sessions', async (req, res, { actor }) => {
    const { id } = await personOf(deps, req);
    const ended = await people.endSessions(id, actor);
    res.redirect(303, `/admin/people/${id}?done=sessions&count=${ended}`);
  });

  routes.change('/people/:id/erase', async (req, res, { actor }, form) => {
    const { id, profile } = await personOf(deps, req);
    if (form['name']?.trim() !== profile.userName.trim()) {
      return res.redirect(303, `/admin/people/${id}/erase?typo=1`);
    }
    await orAsk(res, `/admin/people/${id}/erase?last=1`, async () => {
      await people.erase(id, actor, { evenLast: form['yes'] === '1' });
      return '/admin/people?done=erased';
    });
  });

  routes.change('/people/:id/groups', async (req, res, { actor }, form) => {
    const { id } = await personOf(deps, req);
    const group = form['group']?.trim() ?? '';
    if (group === '' || group.length > 200) throw new Failure('bad_request', { detail: 'admin.group_name' });
    await people.addToGroup(id, group, actor);
    res.redirect(303, `/admin/people/${id}?done=added`);
  });

  routes.change('/people/:id/groups/remove', async (req, res, { actor }, form) => {
    const { id } = await personOf(deps, req);
    const group = form['group'] ?? '';
    await orAsk(res, `/admin/people/${id}?last=${encodeURIComponent(group)}`, async () => {
      await people.removeFromGroup(id, group, actor, { evenLast: form['yes'] === '1' });
      return `/admin/people/${id}?done=removed`;
    });
  });

  routes.change('/people/:id/tokens', async (req, res, { actor }, form) => {
    const { id } = await personOf(deps, req);
    await deps.apiTokens.revoke(id, form['id'] ?? '', actor);
    res.redirect(303, `/admin/people/${id}?done=revoked`);
  });

  routes.change('/people/:id/sessions', async (req, res, { actor }, form) => {
    const { id } = await personOf(deps, req);
    const own = await sessions.listByUser(id);
    const session = own.find(({ digest }) => sessionRef(digest) === form['session']);
    if (session !== undefined) await endings.end(session.digest, 'revoked', actor);
    res.redirect(303, `/admin/people/${id}?done=session`);
  });
}
