import { SAML, ValidateInResponseTo, type CacheProvider, type SamlConfig } from '@node-saml/node-saml';
import type { SecondLockTask } from './task.ts';

/** node-saml, told the time instead of looking at the clock. */
export class ClockedSaml extends SAML {
  readonly #now: number;

  constructor(options: SamlConfig, now: number) {
    super(options);
    this.#now = now;
  }

  protected override checkTimestampsValidityError(
    _now: number,
    notBefore: string,
    notOnOrAfter: string,
    maxTimeLimitMs?: number,
  ): Error | null {
    return super.checkTimestampsValidityError(this.#now, notBefore, notOnOrAfter, maxTimeLimitMs);
  }
}

/** Strict throughout. What node-saml still lets pass, the first lock and the checks after it do not. */
export function samlOptions(task: SecondLockTask): SamlConfig {
  return {
    callbackUrl: task.acsUrl,
    issuer: task.spEntityId,
    audience: task.spEntityId,
    idpIssuer: task.idpEntityId,
    idpCert: [...task.certificates],
    wantAssertionsSigned: task.wantSigned !== 'response',
    wantAuthnResponseSigned: task.wantSigned !== 'assertion',
    acceptedClockSkewMs: task.clockTolerance,
    maxAssertionAgeMs: task.maxAssertionAge,
    validateInResponseTo:
      task.requestId === undefined ? ValidateInResponseTo.ifPresent : ValidateInResponseTo.always,
    cacheProvider: onlyRequest(task.requestId),
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    // node-saml wants some value before it decrypts; see plaintext.ts for what it is given instead of a key.
    ...(task.plaintext !== undefined && { decryptionPvk: 'held by the first lock' }),
  };
}

/** Knows the one request that this answer may be for. Its age is the login flow's business. */
function onlyRequest(requestId: string | undefined): CacheProvider {
  return {
    saveAsync: () => Promise.resolve(null),
    getAsync: (key) =>
      Promise.resolve(requestId !== undefined && key === requestId ? new Date().toISOString() : null),
    removeAsync: () => Promise.resolve(null),
  };
}
