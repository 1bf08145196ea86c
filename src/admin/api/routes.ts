import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { Failure, failures } from '../../identity/index.ts';
import { formToken } from '../../sessions/index.ts';
import type { Operators } from '../console/operator.ts';
import { lastAdministrator } from '../last-administrator.ts';
import type { AdminDeps, Operator } from '../types.ts';
import { changeOperations } from './change-operations.ts';
import { openApiDocument } from './openapi.ts';
import { operation, type Operation } from './operation.ts';
import { readOperations } from './read-operations.ts';
import { tokenOperations } from './token-operations.ts';

/** Who is asking, and the token that their changes must carry. */
const whoAmI = operation({
  id: 'getSession',
  method: 'get',
  path: '/session',
  tag: 'Session',
  summary: 'Who is asking, and the token that changes carry',
  answer: z.strictObject({ name: z.string(), token: z.string(), mayChange: z.boolean() }),
  run: () => Promise.reject(new Failure('internal', { detail: 'admin.api_session' })),
});

/** Every operation, in the order of the document. */
export const operations: readonly Operation[] = [
  whoAmI,
  ...readOperations,
  ...changeOperations,
  ...tokenOperations,
];

/** The JSON API below `/admin/api`. Errors are `{"error": {code, message, reference}}`, as everywhere. */
export function createApi(deps: AdminDeps, operators: Operators): Router {
  const { config, log } = deps;
  const document = openApiDocument(operations, `${config.baseUrl}/admin/api`);
  const router = express.Router({ caseSensitive: true });

  function refuse(
    res: Response,
    failure: Failure,
    more: { message?: string; problems?: string[] } = {},
  ): void {
    const reference = deps.reference();
    const { code, detail, status } = failure;
    log[status >= 500 ? 'error' : 'debug'](
      { reference, code, detail, cause: failure.cause },
      'API request failed',
    );
    res.status(status).json({ error: { code, message: failures[code].message, reference, ...more } });
  }

  async function operatorOf(req: Request): Promise<Operator> {
    const standing = await operators.of(req);
    if (standing.kind === 'signed_out') throw new Failure('unauthenticated', { detail: 'admin.api' });
    if (standing.kind === 'stranger') throw new Failure('forbidden', { detail: 'admin.api' });
    return standing.operator;
  }

  async function answer(each: Operation, req: Request, res: Response): Promise<void> {
    const operator = await operatorOf(req);
    if (each.change) {
      operators.requireOwn(req, operator, req.get('x-doorward-token'));
      if (!operators.isRecent(operator)) {
        const message = 'To change something, the sign-in must be recent: sign in again.';
        return refuse(res, new Failure('forbidden', { detail: 'admin.not_recent' }), { message });
      }
    }
    if (each === whoAmI) {
      const token = formToken(operator.digest, config.secrets);
      return void res.json({ name: operator.name, token, mayChange: operators.isRecent(operator) });
    }
    const query = read(each.query, req.query);
    const body = read(each.body, req.body ?? {});
    const problems = [...query.problems, ...body.problems];
    if (problems.length > 0)
      return refuse(res, new Failure('bad_request', { detail: 'admin.api_input' }), { problems });
    const params = req.params as Record<string, string>;
    const call = { deps, operator, params, query: query.value, body: body.value, req };
    res.json(await each.run(call as never));
  }

  router.get('/openapi.json', (_req, res) => void res.json(document));
  router.use(express.json({ limit: '20kb', strict: true }));
  for (const each of operations) {
    const path = each.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[each.method](path, async (req, res) => {
      try {
        await answer(each, req, res);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const last = error.detail === lastAdministrator;
        refuse(res, error, {
          ...(last && { message: 'This is the last administrator; evenLast says that this is meant.' }),
        });
      }
    });
  }
  return router;
}

function read(schema: Operation['query'], value: unknown): { value: unknown; problems: string[] } {
  if (schema === undefined) return { value: {}, problems: [] };
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, problems: [] };
  return {
    value: undefined,
    problems: result.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || 'body'}: ${message}`,
    ),
  };
}
