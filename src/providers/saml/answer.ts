import type { SamlProviderConfig } from '../../config/index.ts';
import { Failure, type Log } from '../../identity/index.ts';
import type { CompleteGroups } from '../groups/index.ts';
import type { LoginFlow, LoginFlows, ProviderAnswer } from '../types.ts';
import { agree } from './agreement.ts';
import { checkLogin, checkResponse, type Expected, type VerifiedLogin } from './after/index.ts';
import { openEnvelope, type AnswerRequest } from './envelope.ts';
import type { FirstLock, Unlocked } from './first-lock/index.ts';
import type { IdpMetadata, IdpSource } from './idp/index.ts';
import { maxAssertionAge } from './limits.ts';
import { normalize } from './normalize.ts';
import type { ProviderKeys } from './provider-keys.ts';
import { checkStepUp } from '../step-up.ts';
import { rejected } from './rejected.ts';
import { useOnce, type OnceStore } from './replay.ts';
import type { SecondLock } from './second-lock/index.ts';
import { denial } from './status.ts';
import { statusSuccess } from './xml/names.ts';

export interface AnswerParts {
  readonly config: SamlProviderConfig;
  readonly acsUrl: string;
  readonly idp: IdpSource;
  readonly flows: LoginFlows;
  readonly transient: OnceStore;
  readonly firstLock: FirstLock;
  readonly secondLock: SecondLock;
  /** Our keys as they are now. */
  readonly keys: () => Promise<ProviderKeys>;
  readonly completeGroups: CompleteGroups;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * The answer half: everything a posted SAMLResponse must pass, in this order. The second lock is last because it is dear:
 * only a document that holds in every other point, and that was not there before, gets a worker's time.
 *
 * @throws Failure; nothing but an answer that passed everything returns `asserted`
 */
export async function receiveAnswer(
  request: AnswerRequest,
  browser: string | undefined,
  parts: AnswerParts,
): Promise<ProviderAnswer> {
  const { config } = parts;
  const envelope = openEnvelope(request);
  const flow = await takeFlow(envelope.flowKey, browser, parts);
  const idp = await parts.idp.current();
  const { unlocked, idp: used } = await unlock(envelope.xml, idp, parts);
  const expected: Expected = {
    idpEntityId: used.entityId,
    spEntityId: config.entityId,
    acsUrl: parts.acsUrl,
    requestId: flow?.requestId,
    now: parts.now(),
    clockTolerance: config.clockTolerance,
    maxAuthenticationAge: config.maxAuthenticationAge,
  };
  const returnTo = flow?.returnTo;
  const { response, assertion } = unlocked;
  if (response.status.code !== statusSuccess) {
    if (assertion !== undefined) throw rejected('status.assertion_with_error');
    checkResponse(response, expected);
    return { kind: 'refused', ...denial(response.status, response.signed), returnTo };
  }
  if (assertion === undefined) throw rejected('structure.no_assertion');
  const login = checkLogin(response, assertion, expected);
  reportSkew(login, parts);
  const { assertion: identity, problems } = normalize(login, config);
  if (problems.length > 0)
    parts.log.warn({ provider: config.id, problems }, 'part of an answer could not be used');
  await useOnce(parts.transient, {
    provider: config.id,
    assertionId: login.assertionId,
    usableUntil: login.usableUntil,
    now: expected.now,
  });
  agree(assertion, await parts.secondLock.open(secondTask(envelope.xml, unlocked, used, expected, config)));
  checkStepUp(identity, flow?.stepUp, parts.now());
  const evidence = { claims: Object.fromEntries(login.attributes) };
  return {
    kind: 'asserted',
    assertion: await parts.completeGroups(identity, evidence),
    returnTo,
    configVersion: flow?.configVersion,
    claims: { NameID: login.nameId.value, ...evidence.claims },
  };
}

/** The login that this answers. None is accepted only where the file allows logins that nobody asked for. */
async function takeFlow(
  key: string | undefined,
  browser: string | undefined,
  { flows, config }: AnswerParts,
): Promise<LoginFlow | undefined> {
  if (key !== undefined) {
    const flow = await flows.finish(key, config.id, browser);
    if (flow.requestId === undefined)
      throw new Failure('login_state_unknown', { detail: 'saml.flow.no_request' });
    return flow;
  }
  if (config.allowUnsolicited) return undefined;
  throw new Failure('login_state_unknown', { detail: 'saml.flow.missing' });
}

/** The first lock; where no known key fits, once more with the keys that the identity provider has by now. */
async function unlock(
  xml: string,
  idp: IdpMetadata,
  parts: AnswerParts,
): Promise<{ unlocked: Unlocked; idp: IdpMetadata }> {
  const { firstLock, config } = parts;
  const { allowWeak, wantSigned } = config;
  const { decryption } = await parts.keys();
  const open = ({ certificates }: IdpMetadata): Promise<Unlocked> =>
    firstLock.open({ xml, certificates, allowWeak, wantSigned, decryption });
  try {
    return { unlocked: await open(idp), idp };
  } catch (error) {
    const unknownKey = error instanceof Failure && error.detail === 'saml.signature.invalid';
    if (!unknownKey || !(await parts.idp.renew())) throw error;
    const renewed = await parts.idp.current();
    return { unlocked: await open(renewed), idp: renewed };
  }
}

function secondTask(
  xml: string,
  unlocked: Unlocked,
  idp: IdpMetadata,
  expected: Expected,
  config: SamlProviderConfig,
): Parameters<SecondLock['open']>[0] {
  return {
    xml,
    plaintext: unlocked.plaintext,
    certificates: idp.certificates,
    wantSigned: config.wantSigned,
    idpEntityId: idp.entityId,
    spEntityId: expected.spEntityId,
    acsUrl: expected.acsUrl,
    requestId: expected.requestId,
    clockTolerance: expected.clockTolerance,
    maxAssertionAge,
    now: expected.now,
  };
}

/** A clock that drifts is seen before it locks anyone out. */
function reportSkew(login: VerifiedLogin, { config, log }: AnswerParts): void {
  const skew = { provider: config.id, skewMs: login.measuredSkew };
  if (Math.abs(login.measuredSkew) * 2 > config.clockTolerance)
    log.warn(skew, "the identity provider's clock and ours drift apart");
  else log.debug(skew, "difference to the identity provider's clock");
}
