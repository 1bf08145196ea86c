import { randomBytes } from 'node:crypto';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  calculatePKCECodeChallenge,
  type Configuration,
  fetchUserInfo,
  ResponseBodyError,
} from 'openid-client';
import type { OidcProviderConfig } from '../../config/index.ts';
import { Failure } from '../../identity/index.ts';
import type { ProviderContext } from '../context.ts';
import { createGroupsCompletion } from '../groups/index.ts';
import type { Claims } from '../groups-claim.ts';
import { askedMaxAge, checkStepUp } from '../step-up.ts';
import type { LoginFlow, ProviderAnswer, StepUpDemand } from '../types.ts';
import { readCallback } from './callback.ts';
import { type Client, mostTolerance } from './client.ts';
import { checkIdToken } from './id-token.ts';
import { type IdpRefusal, readRefusal } from './idp-refusal.ts';
import { failureOf } from './library-error.ts';
import { mergedClaims, normalize } from './normalize.ts';
import { promptForOtherAccount } from './prompt.ts';
import { rejected } from './rejected.ts';
import { needsUserinfo } from './userinfo.ts';

/** The two halves of a login by authorization code (OpenID Connect Core 1.0, section 3.1). */
export interface Login {
  /** Begins: gives the URL that the browser is sent to. */
  start(options: {
    readonly returnTo: string | undefined;
    readonly browser: string;
    readonly otherAccount: boolean;
    readonly stepUp?: StepUpDemand | undefined;
  }): Promise<string>;
  /** Ends: takes the path and query that the browser came back with. */
  answer(requestTarget: string, browser: string | undefined): Promise<ProviderAnswer>;
}

/** Both halves throw a Failure, and nothing else. */
export function createLogin(
  config: OidcProviderConfig,
  context: Pick<ProviderContext, 'baseUrl' | 'prefix' | 'flows' | 'log' | 'now' | 'fetch'>,
  client: Client,
): Login {
  const { flows, log, now } = context;
  const completeGroups = createGroupsCompletion(config, context);
  const redirectUri = `${context.baseUrl}${context.prefix}/callback/${config.id}`;

  return {
    async start({ returnTo, browser, otherAccount, stepUp }) {
      const { configuration, discovery } = await client.connect().catch(rethrow);
      const nonce = random();
      const codeVerifier = random();
      const flow: LoginFlow = {
        provider: config.id,
        returnTo,
        createdAt: now(),
        nonce,
        codeVerifier,
        ...(stepUp && { stepUp }),
      };
      const parameters = {
        redirect_uri: redirectUri,
        scope: config.scopes.join(' '),
        state: await flows.begin(flow, browser),
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(otherAccount && { prompt: promptForOtherAccount(config.issuer, discovery.prompts) }),
        ...(stepUp && stepUpParameters(stepUp)),
      };
      if (discovery.par === 'none') return buildAuthorizationUrl(configuration, parameters).href;
      try {
        return (await buildAuthorizationUrlWithPAR(configuration, parameters)).href;
      } catch (error) {
        // Offered, but not to this client: then the parameters go by the browser, as they would without the offer.
        const refused = error instanceof ResponseBodyError && discovery.par === 'offered';
        if (!refused) throw failureOf(error);
        log.warn(
          { provider: config.id, error: failureOf(error).detail },
          'pushed authorization request refused',
        );
        return buildAuthorizationUrl(configuration, parameters).href;
      }
    },

    async answer(requestTarget, browser) {
      const { state, query } = readCallback(requestTarget);
      const flow = await flows.finish(state, config.id, browser);
      const refusal = (found: IdpRefusal): ProviderAnswer => ({
        kind: 'refused',
        ...found,
        returnTo: flow.returnTo,
      });
      const { configuration, discovery } = await client.connect().catch(rethrow);
      const callback = new URL(redirectUri);
      callback.search = query.toString();
      try {
        const answer = await redeem(configuration, callback, state, flow);
        const { idToken } = answer;
        checkIdToken(idToken, config, {
          idToken: answer.rawIdToken,
          accessToken: answer.accessToken,
          now: now(),
          tolerance: Math.min(config.clockTolerance, mostTolerance),
        });
        const userinfo =
          discovery.userinfo && needsUserinfo(idToken, config)
            ? ((await fetchUserInfo(configuration, answer.accessToken, String(idToken['sub']))) as Claims)
            : undefined;
        const { assertion, problems } = normalize({ ...answer, userinfo }, config);
        if (problems.length > 0) log.warn({ provider: config.id, problems }, 'claims that cannot be used');
        checkStepUp(assertion, flow.stepUp, now());
        const evidence = {
          claims: mergedClaims({ idToken, userinfo }),
          accessToken: answer.accessToken,
        };
        return {
          kind: 'asserted',
          assertion: await completeGroups(assertion, evidence),
          returnTo: flow.returnTo,
          configVersion: flow.configVersion,
          claims: evidence.claims,
        };
      } catch (error) {
        const found = readRefusal(error);
        if (found !== undefined) return refusal(found);
        throw failureOf(error);
      }
    },
  };
}

/** Exchanges the code; openid-client checks `iss` (RFC 9207), state, PKCE, and the ID token with its signature. */
async function redeem(configuration: Configuration, callback: URL, state: string, flow: LoginFlow) {
  const { nonce, codeVerifier } = flow;
  // Without them openid-client would check less, silently.
  if (nonce === undefined || codeVerifier === undefined)
    throw new Failure('internal', { detail: 'oidc.flow' });
  const tokens = await authorizationCodeGrant(configuration, callback, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  const idToken = tokens.claims();
  if (idToken === undefined || tokens.id_token === undefined) throw rejected('id_token');
  return {
    idToken: idToken as Claims,
    rawIdToken: tokens.id_token,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
  };
}

/** OpenID Connect Core 1.0, section 3.1.2.1; with `max_age` the provider has to say `auth_time`. */
function stepUpParameters(stepUp: StepUpDemand): Record<string, string> {
  const maxAge = askedMaxAge(stepUp);
  return {
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
    ...(stepUp.acr.length > 0 && { acr_values: stepUp.acr.join(' ') }),
  };
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

function rethrow(error: unknown): never {
  throw failureOf(error);
}
