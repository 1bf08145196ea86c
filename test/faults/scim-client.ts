import { randomUUID } from 'node:crypto';
import type { Gateway } from '../support/fleet.ts';

/** A provisioning client as far as the journal needs one; everything rejects unless the answer was the right one. */
export interface ScimClient {
  /** Makes somebody; gives the id. */
  create(gateway: Gateway): Promise<string>;
  deactivate(gateway: Gateway, id: string): Promise<void>;
  /** Undefined when there is nobody by that id. */
  active(gateway: Gateway, id: string): Promise<boolean | undefined>;
}

/** Milliseconds; a provisioning client waits about as long. */
const patience = 10_000;

/** Speaks SCIM 2.0 with this bearer token. */
export function scimClient(token: string): ScimClient {
  async function ask({ port }: Gateway, method: string, path: string, body?: object) {
    const answer = await fetch(`http://127.0.0.1:${port}/scim/v2/Users${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patience),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      body: (text === '' ? {} : JSON.parse(text)) as { id?: string; active?: boolean },
    };
  }
  return {
    async create(gateway) {
      const { status, body } = await ask(gateway, 'POST', '', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: `${randomUUID()}@acme.example`,
        externalId: randomUUID(),
        active: true,
      });
      if (status !== 201 || body.id === undefined) throw new Error(`SCIM said ${status}`);
      return body.id;
    },
    async deactivate(gateway, id) {
      const { status } = await ask(gateway, 'PATCH', `/${id}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'active', value: false }],
      });
      if (status !== 200 && status !== 204) throw new Error(`SCIM said ${status}`);
    },
    async active(gateway, id) {
      const { status, body } = await ask(gateway, 'GET', `/${id}`);
      if (status === 404) return undefined;
      if (status !== 200) throw new Error(`SCIM said ${status}`);
      return body.active;
    },
  };
}
