import { readFileSync } from 'node:fs';
import type { SamlProviderConfig } from '../../../src/config/index.ts';
import { Failure, silentLog, type IdentityAssertion } from '../../../src/identity/index.ts';
import { createSamlProvider, type SecondLock } from '../../../src/providers/saml/index.ts';
import { ask } from '../../support/saml-ask.ts';
import { samlKey } from '../../support/saml-keys.ts';
import {
  fixtureBase,
  fixtureNow,
  fixtureRequestId,
  memoryFlows,
  memoryOnce,
  samlConfig,
} from '../../support/saml-provider.ts';

/** One row of the hostile table: a document, what is special about the request or the provider, and what must come of it. */
export interface Case {
  /** Row of the list of known attacks that it belongs to. */
  readonly row: number;
  readonly sentence: string;
  /** A committed document by folder and name, or one that is made when it is needed. */
  readonly document: string | (() => string);
  readonly config?: Partial<SamlProviderConfig>;
  readonly post?: Post;
  /** `accepted`, or the code and the private label of the refusal. */
  readonly verdict: 'accepted' | { readonly code: string; readonly detail: string };
  /** What an accepted identity must be, in part. */
  readonly identity?: Partial<IdentityAssertion>;
}

/** How the post differs from what a browser sends. */
export interface Post {
  readonly method?: string;
  readonly type?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly browser?: string | undefined;
  /** The XML is already encoded, or is meant not to be. */
  readonly raw?: boolean;
}

export interface Judgement {
  readonly verdict: string;
  readonly assertion: IdentityAssertion | undefined;
  readonly failure: Failure | undefined;
  /** Replay records that were left behind. */
  readonly records: number;
  readonly milliseconds: number;
}

export const flowKey = 'k'.repeat(43);
const fixtures = new URL('../../fixtures/saml/', import.meta.url).pathname;

export function readDocument(name: string): string {
  return readFileSync(`${fixtures}${name}.xml`, 'utf8');
}

/** Posts the case's document to a provider of its own, in the middle of a login of ours, and tells what came of it. */
export async function judge(one: Case, secondLock: SecondLock): Promise<Judgement> {
  const config = samlConfig({ decryption: samlKey('sp'), ...one.config });
  const flows = memoryFlows();
  flows.put(
    flowKey,
    { provider: config.id, returnTo: undefined, createdAt: fixtureNow, requestId: fixtureRequestId },
    'this-browser',
  );
  const transient = memoryOnce();
  const provider = createSamlProvider(config, {
    baseUrl: fixtureBase,
    prefix: '/sso',
    flows,
    transient,
    now: () => fixtureNow,
    log: silentLog,
    secondLock,
  });
  const text = typeof one.document === 'string' ? readDocument(one.document) : one.document();
  const { method = 'POST', type = 'application/x-www-form-urlencoded', fields, raw = false } = one.post ?? {};
  const browser = one.post !== undefined && 'browser' in one.post ? one.post.browser : 'this-browser';
  const body = {
    SAMLResponse: raw ? text : Buffer.from(text, 'utf8').toString('base64'),
    RelayState: flowKey,
    ...fields,
  };
  const request = { method, headers: { 'content-type': type }, query: {}, body };
  const start = performance.now();
  const spent = (): number => performance.now() - start;
  try {
    const done = await ask(provider, request, { session: false, step: 'answer', browser });
    const milliseconds = spent();
    if (done.kind === 'redirect') throw new Error('an answer never redirects');
    const { answer } = done;
    const verdict = answer.kind === 'asserted' ? 'accepted' : `${answer.reason} ${answer.idpMessage}`;
    return {
      verdict,
      assertion: answer.kind === 'asserted' ? answer.assertion : undefined,
      failure: undefined,
      records: transient.size,
      milliseconds,
    };
  } catch (error) {
    const failure = error instanceof Failure ? error : undefined;
    const verdict =
      failure === undefined ? `threw ${String(error)}` : `${failure.code} ${failure.detail ?? ''}`;
    return { verdict, assertion: undefined, failure, records: transient.size, milliseconds: spent() };
  }
}
