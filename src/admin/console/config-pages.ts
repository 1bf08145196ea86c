import { Failure } from '../../identity/index.ts';
import { acceptConfig } from '../accept-config.ts';
import type { AdminDeps } from '../types.ts';
import type { Routes } from './routes.ts';

/** Files that take much away wait until an administrator has said that this is meant. */
export function configPages(deps: AdminDeps, routes: Routes): void {
  routes.change('/config/accept', async (_req, res, operator, form) => {
    const { version = '' } = form;
    if (!(await acceptConfig(deps, version, operator.actor)))
      throw new Failure('not_found', { detail: 'admin.config_not_held' });
    res.redirect(303, '/admin?done=accepted');
  });
}
