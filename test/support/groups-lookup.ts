import type { IdentityAssertion, Log } from '../../src/identity/index.ts';
import { createGroupsCompletion, type Evidence } from '../../src/providers/groups/index.ts';
import { configOf, gatewaySecret } from './config-files.ts';
import { annObjectId, annTenant } from './directory-apis.ts';
import { serviceAccountJson } from './provider-guides.ts';

const gateway = `baseUrl: http://127.0.0.1:4180\nsecrets: [${JSON.stringify(gatewaySecret)}]\n`;

/** Ann at Entra: known by tenant and object id. */
export const annAtEntra: IdentityAssertion = {
  provider: 'p',
  issuer: `https://login.microsoftonline.com/${annTenant}/v2.0`,
  subject: annObjectId,
  userName: "ann.o'hara@acme.example",
  email: "ann.o'hara@acme.example",
  emailVerified: true,
  groups: { kind: 'overage' },
  roles: [],
  authenticatedAt: 0,
  amr: [],
  idpSession: {},
};

/** Completes assertions by the rules of a file, which goes through the loader like any other. */
export async function completionOf(
  file: string,
  options: { readonly timeLimit?: number; readonly now?: () => number } = {},
): Promise<{
  complete(
    changes?: Partial<IdentityAssertion>,
    evidence?: Partial<Evidence>,
  ): Promise<IdentityAssertion['groups']>;
  /** Labels of the failures that were logged. */
  readonly failures: unknown[];
  readonly said: string[];
}> {
  const { providers } = await configOf(
    { 'gateway.yaml': gateway, 'providers/p.yaml': file },
    { KEY: serviceAccountJson() },
  );
  const [provider] = providers;
  if (provider === undefined) throw new Error('no provider');
  const failures: unknown[] = [];
  const said: string[] = [];
  const say = (fields: Readonly<Record<string, unknown>>): void => {
    said.push(JSON.stringify(fields));
    failures.push(fields['detail']);
  };
  const log: Log = { debug: say, info: say, warn: say, error: say };
  const complete = createGroupsCompletion(provider, {
    fetch: globalThis.fetch,
    now: Date.now,
    log,
    ...options,
  });
  return {
    failures,
    said,
    complete: async (changes = {}, evidence = {}) =>
      (await complete({ ...annAtEntra, ...changes }, { claims: {}, ...evidence })).groups,
  };
}
