import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '../identity/index.ts';
import type { TransientStore } from '../sessions/index.ts';
import type { LoginFlow, LoginFlows } from './types.ts';

/** What the flows need besides the store: how long a person may take (milliseconds), the clock, randomness. */
export interface LoginFlowsOptions {
  readonly store: Pick<TransientStore, 'put' | 'take'>;
  readonly timeout: number;
  readonly now: () => number;
  /** Version of the configuration in force: noted in every flow, so that a login finishes under the rules it began with. */
  readonly configVersion?: string | undefined;
  /** So many random bytes; from the operating system unless a test says otherwise. */
  readonly random?: (bytes: number) => Buffer;
}

const kind = 'login-flow';
/** A key of ours: 32 bytes in base64url. Anything else never reaches the store. */
const keyShape = /^[A-Za-z0-9_-]{43}$/;
/** A correlation cookie longer than this is not ours. */
const longestBrowser = 512;

/**
 * Logins under way. A record stands under the digest of provider, key and browser together, so that one atomic `take`
 * checks all three: another browser, or another provider, finds nothing, and takes nothing away.
 */
export function createLoginFlows({
  store,
  timeout,
  now,
  configVersion,
  random = randomBytes,
}: LoginFlowsOptions): LoginFlows {
  return {
    async begin(flow, browser) {
      const key = random(32).toString('base64url');
      await store.put(
        kind,
        slot(key, flow.provider, browser),
        JSON.stringify({ ...flow, configVersion }),
        timeout,
      );
      return key;
    },
    async finish(key, provider, browser) {
      if (browser === undefined) throw unknown('flow.no_browser');
      if (!keyShape.test(key) || browser.length > longestBrowser) throw unknown('flow.malformed');
      const text = await store.take(kind, slot(key, provider, browser));
      if (text === undefined) throw unknown('flow.unknown');
      const flow = JSON.parse(text) as LoginFlow;
      if (flow.provider !== provider) throw unknown('flow.provider');
      // The store expires records too, but only as exactly as it cares to.
      if (now() - flow.createdAt > timeout) throw unknown('flow.expired');
      return flow;
    },
  };
}

/** Where a record stands. The parts are lengthened to a fixed size first, so that none can run into the next. */
function slot(key: string, provider: string, browser: string): string {
  const digests = [key, provider, browser].map((part) => createHash('sha256').update(part).digest());
  return createHash('sha256').update(Buffer.concat(digests)).digest('base64url');
}

function unknown(detail: string): Failure {
  return new Failure('login_state_unknown', { detail });
}
