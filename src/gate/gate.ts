import type { Config } from '../config/index.ts';
import {
  cookieName,
  digestOf,
  hostCookieDigests,
  hostCookieName,
  sessionIdsFromCookie,
} from '../sessions/index.ts';
import { admission, type AdmissionOptions } from './admission.ts';
import type { Admission, Gate, GateCounters, GateRequest, SessionCookie } from './types.ts';
import { verifyEndpoints, type VerifyOptions } from './verify.ts';

export interface GateOptions extends Omit<AdmissionOptions, 'config' | 'counters' | 'cookie'> {
  readonly config: Config;
  /** Counted into; by default nobody looks at them. */
  readonly counters?: GateCounters;
  readonly reference: VerifyOptions['reference'];
  readonly noteVerify?: VerifyOptions['noteVerify'];
}

/** Counters at zero, for telemetry to read. */
export function gateCounters(): GateCounters {
  return {
    admitted: 0,
    anonymous: 0,
    signed_out: 0,
    step_up: 0,
    refused: 0,
    unavailable: 0,
    asked: 0,
    remembered: 0,
  };
}

/** How a session is known at each host of another domain. */
function otherHostCookies({
  baseUrl,
  hosts,
  secrets,
}: Pick<Config, 'baseUrl' | 'hosts' | 'secrets'>): ReadonlyMap<string, SessionCookie> {
  const name = hostCookieName(baseUrl);
  return new Map(
    hosts.map((host) => [
      host,
      { name, digests: (header) => hostCookieDigests(header, { name, host, secrets }) },
    ]),
  );
}

/** The gate of one process. It opens nothing and holds no timers, so there is nothing to close. */
export function createGate(options: GateOptions): Gate {
  const counters = options.counters ?? gateCounters();
  const { config, log, reference } = options;
  const name = cookieName(config.baseUrl, config.session.cookieDomain);
  const reading = { cookieName: name, secrets: config.secrets };
  const elsewhere = otherHostCookies(config);
  const cookie: SessionCookie = {
    name,
    digests: (header) => sessionIdsFromCookie(header, reading).map(digestOf),
    ...(elsewhere.size > 0 && {
      at: (host: string | undefined) => (host === undefined ? undefined : elsewhere.get(host)),
    }),
  };
  const decide = admission({ ...options, cookie, counters });

  function count(decided: Admission): Admission {
    counters[decided.kind] += 1;
    return decided;
  }

  function admit(request: GateRequest): Admission | Promise<Admission> {
    const decided = decide(request);
    if (request.passive === true) return decided;
    return decided instanceof Promise ? decided.then(count) : count(decided);
  }

  const { noteVerify } = options;
  return { admit, handle: verifyEndpoints({ config, admit, log, reference, noteVerify }) };
}
