import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '../support/fleet.ts';

/** A provisioning client as far as the journal needs one; everything rejects unless the answer was the right one. */
export interface ScimClient {
  /** Makes somebody; gives the id. */
  create(gateway: Gateway): Promise<string>;
  deactivate(gateway: Gateway, id: string): Promise<void>;
  /** Everybody there is, and whether they are active, by id. */
  all(gateway: Gateway): Promise<ReadonlyMap<string, boolean>>;
}

interface Answer {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly totalResults?: number;
    readonly Resources?: readonly { readonly id?: string; readonly active?: boolean }[];
  };
}

/** Milliseconds; a provisioning client waits about as long. */
const patience = 10_000;

/** Speaks SCIM 2.0 with this bearer token. */
export function scimClient(token: string): ScimClient {
  async function ask({ port }: Gateway, method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`http://127.0.0.1:${port}/scim/v2/Users${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patience),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
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
    async all(gateway) {
      const found = new Map<string, boolean>();
      for (let total = 1; found.size < total;) {
        const { status, body } = await ask(gateway, 'GET', `?startIndex=${found.size + 1}&count=100`);
        if (status === 429) {
          await sleep(1_000);
          continue;
        }
        const { totalResults = 0, Resources = [] } = body;
        if (status !== 200) throw new Error(`SCIM said ${status}`);
        for (const { id = '', active = false } of Resources) found.set(id, active);
        total = totalResults;
        if (Resources.length === 0) break;
      }
      return found;
    },
  };
}
