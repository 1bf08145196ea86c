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
    listen: { host: '127.0.0.1', port: ports.gateway },
    ops: { host: '127.0.0.1', port: ports.ops },
    secrets: [`\${file:${file('gateway-secret')}}`],
    state: { directory: 'sqlite:../data/directory.db', sessions: 'sqlite:../data/sessions.db' },
    upstreams: [{ path: '/', url: `http://127.0.0.1:${ports.catalog}` }],
    contact: 'it-help@acme.example',
    brand: { name: 'Acme data catalog' },
  });
  write(state, 'providers/microsoft.yaml', {
    preset: 'oidc',
    label: 'Microsoft',
    issuer: `http://localhost:${ports.oidc}`,
    allowInsecure: true,
    clientId,
    clientSecret: `\${file:${file('oidc-client-secret')}}`,
    admit: { emailDomains: ['acme.example'] },
    groups: { claim: 'groups', whenMissing: 'keep', map: groupMap, unmapped: 'create' },
    role: { default: 'guest', map: { stewards: 'admin', engineers: 'member' } },
  });
  write(state, 'providers/okta.yaml', {
    preset: 'saml',
    label: 'Okta',
    metadataUrl: `http://localhost:${ports.saml}/metadata`,
    allowInsecure: true,
    signing: {
      privateKey: `\${file:${state.spKeyStem}.key.pem}`,
      certificate: `\${file:${state.spKeyStem}.cert.pem}`,
    },
    admit: { requireGroups: ['engineers', 'stewards', 'Analysts'] },
    groups: { claim: 'groups', whenMissing: 'refuse', map: groupMap, unmapped: 'create' },
    role: { default: 'guest', map: { stewards: 'admin', engineers: 'member' } },
  });
}

const groupMap = { 'Data Engineering': 'engineers', Stewards: 'stewards' };

function write(state: DemoState, name: string, content: object): void {
  const head = '# Written by the demo at every start: changes made here are lost.\n';
  writeFileSync(join(state.config, name), head + stringify(content), { mode: 0o600 });
}
