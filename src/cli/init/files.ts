import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import type { InitPlan } from './plan.ts';

/** A file to write below the configuration directory. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** Readable by its owner only. */
  readonly secret: boolean;
}

/** The files of a plan. `secret`: the client's, or undefined when there is none. */
export function filesOf(plan: InitPlan, secret: string | undefined): readonly NewFile[] {
  const { preset, protocol, keys, clientId } = plan;
  const { metadata, ...others } = keys;
  const gateway = {
    baseUrl: plan.baseUrl,
    secrets: '${file:secrets/gateway}',
    ...(plan.proxy === undefined
      ? { upstreams: `http://${plan.upstream}` }
      : { trustedProxies: '127.0.0.1' }),
    contact: plan.contact,
  };
  const provider = {
    preset,
    ...(protocol === 'saml' && preset !== 'saml' && { protocol }),
    ...others,
    ...(metadata !== undefined && { metadata: { url: metadata } }),
    ...(clientId !== undefined && { clientId }),
    ...(secret !== undefined && { clientSecret: `\${file:secrets/${preset}}` }),
  };
  return [
    {
      path: 'gateway.yaml',
      text: `# Every key: docs/configuration.md. Check with: doorward config check\n${stringify(gateway)}`,
      secret: false,
    },
    {
      path: `providers/${preset}.yaml`,
      text: `# Its name is its id. Who may come in, which groups and roles: docs/configuration.md\n${stringify(provider)}`,
      secret: false,
    },
    { path: 'secrets/gateway', text: `${randomBytes(32).toString('hex')}\n`, secret: true },
    ...(secret === undefined ? [] : [{ path: `secrets/${preset}`, text: `${secret}\n`, secret: true }]),
  ];
}
