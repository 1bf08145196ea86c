import { expect } from '@jest/globals';

/** One exchange: what the client sends, and what it must get back. `{name}` stands for an id that an earlier step kept. */
export interface Step {
  /** Method and path below `/scim/v2`; the query as a client writes it, spaces and quotes are encoded on the way. */
  readonly send: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `none` sends no token, any other text is the whole Authorization header. */
  readonly authorization?: string;
  readonly status: number | readonly number[];
  /** Part of the answer's body, compared with `toMatchObject`. */
  readonly answer?: object;
  /** Dotted names that the body must not have. */
  readonly without?: readonly string[];
  /** Keeps `id` of the body under this name. */
  readonly keep?: string;
  /** Anything that the fields above cannot say. */
  readonly check?: (reply: CheckedReply) => void;
}

export interface CheckedReply {
  readonly body: any;
  readonly headers: Headers;
}

export interface ScimCase {
  readonly client: 'Entra ID' | 'Okta' | 'PingFederate' | 'OneLogin' | 'JumpCloud' | 'RFC 7644';
  /** What is shown, as a sentence. */
  readonly name: string;
  readonly steps: readonly Step[];
}

export const coreUser = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const coreGroup = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const listResponse = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A PATCH body. */
export const patch = (...operations: readonly object[]) => ({ schemas: [patchOp], Operations: operations });

/** An Error body: the status is a string. */
export const refusal = (status: number, scimType?: string) => ({
  schemas: [errorSchema],
  status: String(status),
  ...(scimType && { scimType }),
  detail: expect.stringMatching(/\S/),
});

/** A list with this many results in all. */
export const list = (totalResults: number, Resources?: readonly object[]) => ({
  schemas: [listResponse],
  totalResults,
  ...(Resources && { Resources }),
});

/** A user that later steps work on. */
export const makeUser = (keep: string, more: object = {}): Step => ({
  send: 'POST /Users',
  body: {
    schemas: [coreUser, enterprise],
    userName: `${keep}@acme.example`,
    externalId: `ext-${keep}`,
    active: true,
    displayName: `${keep} Example`,
    name: { givenName: keep, familyName: 'Example' },
    emails: [{ type: 'work', value: `${keep}@acme.example`, primary: true }],
    ...more,
  },
  status: 201,
  keep,
});

export const makeGroup = (keep: string, more: object = {}): Step => ({
  send: 'POST /Groups',
  body: { schemas: [coreGroup], displayName: keep, ...more },
  status: 201,
  keep,
});

export const get = (send: string, answer?: object, more: Partial<Step> = {}): Step => ({
  send: `GET ${send}`,
  status: 200,
  ...(answer && { answer }),
  ...more,
});
