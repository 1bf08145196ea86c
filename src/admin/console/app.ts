import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { Failure, failures, toFailure } from '../../identity/index.ts';
import { createAdministrators } from '../administrators.ts';
import { docsPage } from '../api/docs-page.ts';
import { createApi } from '../api/routes.ts';
import type { AdminDeps } from '../types.ts';
import { auditPages } from './audit-pages.ts';
import { configPages } from './config-pages.ts';
import { groupPages } from './group-pages.ts';
import { linkPages } from './link-pages.ts';
import { loginPages } from './login-pages.ts';
import { newPersonPages } from './new-person-pages.ts';
import { createOperators } from './operator.ts';
import { overviewModel, overviewOf } from './overview.ts';
import { createSendPage } from './page.ts';
import { peoplePages } from './people-pages.ts';
import { personChanges } from './person-changes.ts';
import { providerPages } from './provider-pages.ts';
import { createRecovery } from './recovery.ts';
import { recoveryPages } from './recovery-pages.ts';
import { createRoutes } from './routes.ts';
import { scimPages } from './scim-pages.ts';
import { sessionPages } from './session-pages.ts';

/**
 * The console, as an Express application that answers `/admin` and every path below it. Everything works without
 * JavaScript; the one script, served by us, only makes it quicker.
 */
export function createAdmin(deps: AdminDeps): Express {
  const { config, directory, files, log } = deps;
  const administrators = createAdministrators(config.admin, config.providers, directory);
  const recovery = createRecovery(deps);
  const operators = createOperators(deps, administrators, recovery);
  const send = createSendPage(deps);
  const router = express.Router({ caseSensitive: true });
  const back = (path: string): string => encodeURIComponent(path);
  const routes = createRoutes(router, operators, send, {
    login: (path) => `${config.prefix}/login?rd=${back(path)}`,
    again: (provider, path) =>
      `${config.prefix}/login/${encodeURIComponent(provider)}?account=other&rd=${back(path)}`,
  });

  router.use(deps.securityHeaders);
  router.get('/static/:file', files.handler);
  router.use('/api', createApi(deps, operators));
  router.use(express.urlencoded({ extended: false, limit: '20kb', parameterLimit: 50 }));
  routes.page('/', async (req, res, operator) => {
    const overview = await overviewOf(deps, req.query['span']);
    send(req, res, {
      name: 'overview',
      title: 'Overview',
      section: 'overview',
      operator,
      model: overviewModel(overview),
    });
  });
  newPersonPages(deps, routes, send);
  peoplePages(deps, routes, send);
  personChanges(deps, routes, send);
  linkPages(deps, routes, send);
  configPages(deps, routes);
  groupPages(deps, routes, send);
  scimPages(deps, routes, send);
  sessionPages(deps, routes, send);
  providerPages(deps, routes, send);
  loginPages(deps, routes, send);
  auditPages(deps, routes, send);
  docsPage(deps, routes, send);
  recoveryPages(router, recovery, send);

  router.use(() => {
    throw new Failure('not_found');
  });
  router.use((error: unknown, req: Request, res: Response, _next: NextFunction): void => {
    const failure = failureOf(error);
    const reference = deps.reference();
    const { code, detail, status } = failure;
    log[status >= 500 ? 'error' : 'debug'](
      { reference, code, detail, cause: failure.cause },
      'console failed',
    );
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const { message } = failures[code];
    if (!(req.headers.accept ?? '').includes('text/html')) {
      res.status(status).json({ error: { code, message, reference } });
      return;
    }
    const model = { message, reference };
    send(req, res, { name: 'error', title: 'That did not work', status, operator: undefined, model });
  });

  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.use('/admin', router);
  return app;
}

/** What Express and its body parser throw, as a Failure. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return new Failure('payload_too_large', { cause: error });
  if (typeof status === 'number' && status < 500) return new Failure('bad_request', { cause: error });
  return toFailure(error);
}
