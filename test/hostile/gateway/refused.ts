import { expect } from '@jest/globals';
import type { AuditEvent } from '../../../src/audit/index.ts';
import { failures, type FailureCode } from '../../../src/identity/index.ts';
import type { Reply } from './browser.ts';
import type { Gateway } from './gateway.ts';

/** Words of protocols, parsers and libraries, none of which a person is to read. */
const inside =
  /saml|xml|node|openid|oauth|jwt|\btoken|signature|digest|assertion|nonce|issuer|audience|error:| at \w+ \(|evil|<script|AADSTS/i;
/** What a refusal may log and audit: labels and numbers, no document, token, code, key or name of a person. */
const secret = /<\w+[:\w]*[ >]|eyJ|PHNhbWxw|a-client-secret|Bearer |Basic |ann@|admin@|BEGIN /;

/** The reference on a page; exactly one. */
export function referenceOn({ body }: Reply): string {
  const found = [...body.matchAll(/<bdi class="reference">([^<]*)<\/bdi>/g)].map(([, text]) => text ?? '');
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^[0-9A-Z]{10}$/);
  return found[0] ?? '';
}

/**
 * Pages of one gateway by status, code and provider: whatever was sent, the same page but for the reference, byte for
 * byte, and the same headers. So nothing of what was sent, and nothing of why it was refused, can be in them.
 */
export function createPages(): (reply: Reply, key: string, reference: string) => void {
  const known = new Map<string, string>();
  return (reply, key, reference) => {
    const { date: _date, ...headers } = reply.headers;
    const page = JSON.stringify([reply.status, headers, reply.body.replaceAll(reference, 'REFERENCE')]);
    const first = known.get(key);
    if (first === undefined) known.set(key, page);
    expect(page).toBe(first ?? page);
  };
}

/** Checks one refusal of the answer of a login in every point; gives its audit record. `gateway.said` was emptied before. */
export async function checkRefused(
  gateway: Gateway,
  reply: Reply,
  expected: { readonly code: FailureCode; readonly detail: string | undefined; readonly provider: string },
  pages: ReturnType<typeof createPages>,
): Promise<AuditEvent> {
  const { code, detail, provider } = expected;
  const reference = referenceOn(reply);
  const events = await gateway.audited(reference);
  expect(events).toHaveLength(1);
  const [event] = events;
  if (event === undefined) throw new Error('no record');
  expect({
    code: 'code' in event && event.code,
    detail: 'detail' in event ? event.detail : undefined,
  }).toEqual({
    code,
    detail,
  });
  expect(event).toMatchObject({ type: 'login.failed', provider, reference });
  expect(`${JSON.stringify(event)}\n${gateway.said.join('\n')}`).not.toMatch(secret);
  expect(reply.status).toBe(failures[code].status);
  expect(reply.setCookies).toEqual([]);
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(reply.headers.location).toBeUndefined();
  // The reference is random, and now and then spells a word of ours: JWT.
  expect(reply.body.replace(/\/static\/[^"]+/g, '').replaceAll(reference, '')).not.toMatch(inside);
  pages(reply, `${code} ${provider}`, reference);
  return event;
}
