import { sessionRef } from '../../sessions/index.ts';
import type { AdminDeps } from '../types.ts';
import type { SendPage } from './page.ts';
import { sessionLine } from './people-pages.ts';
import type { Routes } from './routes.ts';

const most = 200;

/** Live sessions, newest first; one can be ended. */
export function sessionPages(deps: AdminDeps, routes: Routes, send: SendPage): void {
  const { directory, sessions, endings, providers } = deps;
  const labelOf = (provider: string): string => providers.get(provider)?.label ?? provider;

  routes.page('/sessions', async (req, res, operator) => {
    const live = (await sessions.list({ limit: most + 1 })).filter(({ login }) => login !== undefined);
    const ids = [...new Set(live.flatMap(({ login }) => (login === undefined ? [] : [login.userId])))];
    const people = new Map(
      await Promise.all(ids.map(async (id) => [id, await directory.snapshot(id)] as const)),
    );
    send(req, res, {
      name: 'sessions',
      title: 'Sessions',
      section: 'sessions',
      operator,
      model: {
        more: live.length > most,
        most,
        sessions: live.slice(0, most).map((session) => {
          const user = people.get(session.login?.userId ?? '');
          return {
            ...sessionLine(session, operator, labelOf),
            userId: user?.id,
            name: user?.displayName ?? user?.userName ?? 'somebody erased',
            userName: user?.userName,
          };
        }),
      },
    });
  });

  routes.change('/sessions', async (_req, res, { actor, digest: own }, form) => {
    const live = await sessions.list({ limit: 100_000 });
    const session = live.find(({ digest }) => sessionRef(digest) === form['session'] && digest !== own);
    if (session !== undefined) await endings.end(session.digest, 'revoked', actor);
    res.redirect(303, '/admin/sessions?done=session');
  });
}
