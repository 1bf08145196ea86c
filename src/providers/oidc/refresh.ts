import { fetchUserInfo, refreshTokenGrant, ResponseBodyError } from 'openid-client';
import type { OidcProviderConfig } from '../../config/index.ts';
import type { IdentityAssertion, IdpSession, Log } from '../../identity/index.ts';
import { type Claims, valueAt } from '../groups-claim.ts';
import type { CompleteGroups } from '../groups/index.ts';
import type { RefreshOutcome } from '../types.ts';
import { type Client, mostTolerance } from './client.ts';
import { checkIdToken } from './id-token.ts';
import { readRefusal } from './idp-refusal.ts';
import { failureOf } from './library-error.ts';
import { mergedClaims, normalize } from './normalize.ts';
import { rejected } from './rejected.ts';
import { needsUserinfo } from './userinfo.ts';

interface Parts {
  readonly config: OidcProviderConfig;
  readonly client: Pick<Client, 'connect'>;
  readonly completeGroups: CompleteGroups;
  readonly now: () => number;
  readonly log: Log;
}

/** Whom and what a session is about, as the login had it. */
interface Known {
  readonly issuer: string;
  readonly subject: string;
  readonly idp: IdpSession;
}

/**
 * Errors by which the provider says that this sign-in is over, or that the person has to come themselves (RFC 6749,
 * section 5.2; OpenID Connect Core 1.0, section 3.1.2.6). All others are about us, or about the provider.
 */
const endings: ReadonlySet<string> = new Set([
  'invalid_grant',
  'access_denied',
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
]);

/** Claims of the sign-in itself, which a refresh does not change (Core, section 12.2). */
const lasting = ['iss', 'sub', 'tid', 'sid', 'auth_time', 'acr', 'amr'] as const;

/**
 * Asks the provider whether a sign-in still stands, by its refresh token (RFC 6749, section 6; Core, section 12).
 *
 * @throws Failure `idp_unavailable`, or `login_rejected` when the answer cannot be believed: then it is not known
 */
export async function refreshSignIn(known: Known, parts: Parts): Promise<RefreshOutcome> {
  const { config, client, now } = parts;
  const { refreshToken } = known.idp;
  if (refreshToken === undefined) throw rejected('no_refresh_token');
  try {
    const { configuration, discovery } = await client.connect();
    const tokens = await refreshTokenGrant(configuration, refreshToken);
    const renewed = tokens.claims() as Claims | undefined;
    if (renewed !== undefined && tokens.id_token !== undefined) {
      checkIdToken(renewed, config, {
        idToken: tokens.id_token,
        accessToken: tokens.access_token,
        now: now(),
        tolerance: Math.min(config.clockTolerance, mostTolerance),
      });
    }
    const rawIdToken = tokens.id_token ?? known.idp.idToken;
    const userinfo = async (subject: unknown): Promise<Claims | undefined> =>
      discovery.userinfo
        ? ((await fetchUserInfo(configuration, tokens.access_token, String(subject))) as Claims)
        : undefined;
    return {
      kind: 'confirmed',
      refreshToken: tokens.refresh_token ?? refreshToken,
      idToken: rawIdToken,
      identify: () =>
        identify({ known, renewed, rawIdToken, accessToken: tokens.access_token, userinfo }, parts).catch(
          (error: unknown) => {
            throw failureOf(error);
          },
        ),
    };
  } catch (error) {
    const body = error instanceof ResponseBodyError ? error.error : undefined;
    if (readRefusal(error) !== undefined || (body !== undefined && endings.has(body))) {
      return { kind: 'ended', error: body ?? 'deactivated' };
    }
    throw failureOf(error);
  }
}

/**
 * What the provider says of the person now. Undefined when it says nothing of their groups although the file wants to know
 * them, and gave no new ID token: the old one has nothing new to say.
 */
async function identify(
  answer: {
    readonly known: Known;
    readonly renewed: Claims | undefined;
    readonly rawIdToken: string | undefined;
    readonly accessToken: string;
    readonly userinfo: (subject: unknown) => Promise<Claims | undefined>;
  },
  { config, completeGroups, log }: Parts,
): Promise<IdentityAssertion | undefined> {
  const { known, renewed, accessToken } = answer;
  const idToken = renewed ?? lastingClaims(known, config);
  const userinfo =
    renewed === undefined || needsUserinfo(renewed, config)
      ? await answer.userinfo(idToken['sub'])
      : undefined;
  if (renewed === undefined && userinfo === undefined) return undefined;
  const { assertion, problems } = normalize(
    { idToken, userinfo, rawIdToken: answer.rawIdToken ?? '', refreshToken: undefined },
    config,
  );
  if (problems.length > 0) log.warn({ provider: config.id, problems }, 'claims that cannot be used');
  if (assertion.issuer !== known.issuer || assertion.subject !== known.subject)
    throw rejected('refresh_subject');
  const whole = await completeGroups(assertion, { claims: mergedClaims({ idToken, userinfo }), accessToken });
  const silent = renewed === undefined && config.groups.claims.length > 0 && whole.groups.kind === 'absent';
  return silent ? undefined : whole;
}

/** What stays as it was of the ID token of the login; its signature was checked then. */
function lastingClaims({ idp, issuer }: Known, config: OidcProviderConfig): Claims {
  const [, payload = ''] = (idp.idToken ?? '').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8') || '{}') as Claims;
  const names = [...lasting, ...config.claims.subject];
  const kept = names.map((name) => [name, valueAt(claims, name)] as const);
  const found = Object.fromEntries(kept.filter(([, value]) => value !== undefined));
  return { iat: 0, ...found, iss: issuer };
}
