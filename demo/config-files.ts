import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Ports } from './ports.ts';
import type { DemoState } from './state.ts';

export const clientId = 'doorward-demo';

/**
 * Writes the configuration of the demo's gateway: the same files, with the same keys, that an administrator writes.
 * They are written anew at every start, because the ports may have changed.
 */
export function writeConfig(state: DemoState, baseUrl: string, ports: Ports): void {
  const file = (name: string): string => join(state.keys, name);
  write(state, 'gateway.yaml', {
    baseUrl,
    listen: `127.0.0.1:${ports.gateway}`,
    ops: `127.0.0.1:${ports.ops}`,
    secrets: `\${file:${file('gateway-secret')}}`,
    upstreams: `http://127.0.0.1:${ports.catalog}`,
    contact: 'help@acme.example',
    brand: { name: 'Acme data catalog' },
  });
  write(state, 'providers/microsoft.yaml', {
    preset: 'microsoft',
    issuer: `http://localhost:${ports.oidc}`,
    allowInsecure: true,
    clientId,
    clientSecret: `\${file:${file('oidc-client-secret')}}`,
    admit: { emailDomains: 'acme.example' },
    groups: { whenMissing: 'keep', map: groupMap, unmapped: 'create' },
    role: roles,
    // Groups come from the claims: provisioning is here to switch people off.
    scim: { groupsFrom: 'claims' },
  });
  write(state, 'providers/okta.yaml', {
    preset: 'okta',
    protocol: 'saml',
    metadata: { url: `http://localhost:${ports.saml}/metadata` },
    allowInsecure: true,
    signing: {
      key: `\${file:${file('service-provider.key.pem')}}`,
      certificate: `\${file:${file('service-provider.cert.pem')}}`,
    },
    trustEmail: true,
    admit: { requireGroups: ['engineers', 'stewards', 'Analysts'] },
    groups: { whenMissing: 'refuse', map: groupMap, unmapped: 'create' },
    role: roles,
  });
}

const groupMap = { 'Data Engineering': 'engineers', Stewards: 'stewards' };
const roles = { default: 'guest', map: { stewards: 'admin', engineers: 'member' } };

function write(state: DemoState, name: string, content: object): void {
  const head = '# Written by the demo at every start: changes made here are lost.\n';
  writeFileSync(join(state.config, name), head + stringify(content), { mode: 0o600 });
}
