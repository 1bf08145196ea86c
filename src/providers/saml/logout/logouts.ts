import type { SamlProviderConfig } from '../../../config/index.ts';
import { Failure, type IdpSession } from '../../../identity/index.ts';
import type {
  LogoutMessage,
  ProviderLogouts,
  ReceivedLogoutRequest,
  SignOut,
  SloInput,
} from '../../types.ts';
import { verificationKeys } from '../first-lock/index.ts';
import type { IdpMetadata, IdpSource } from '../idp/index.ts';
import { personIssuer } from '../person-issuer.ts';
import type { ProviderKeys } from '../provider-keys.ts';
import { rejected } from '../rejected.ts';
import { statusSuccess } from '../xml/names.ts';
import { checkLogoutMessage } from './check.ts';
import { logoutRequestText, logoutResponseText, messageId } from './message-text.ts';
import { openPost } from './post.ts';
import { readLogoutRequest, readLogoutResponse } from './read.ts';
import { openRedirect } from './redirect.ts';
import { redirectTo, signEnveloped, type Signer, signerOf } from './sign.ts';

export interface SamlLogoutDeps {
  readonly config: Pick<
    SamlProviderConfig,
    'id' | 'entityId' | 'allowWeak' | 'clockTolerance' | 'personIssuer'
  >;
  /** Our SLO address, where messages of the identity provider arrive. */
  readonly sloUrl: string;
  readonly idp: IdpSource;
  /** Our keys at the moment. */
  readonly keys: () => Promise<Pick<ProviderKeys, 'signing'>>;
  /** Requests of ours that wait for their response; shared by all processes. */
  readonly waiting: {
    put(kind: string, key: string, value: string, ttl: number): Promise<void>;
    take(kind: string, key: string): Promise<string | undefined>;
  };
  readonly now: () => number;
}

const kind = 'saml-logout-request';
/** How long an identity provider may take to answer, with a person in between, milliseconds. */
const patience = 15 * 60_000;

/** Single logout with one identity provider. Everything that goes out is signed: without a key nothing does. */
export function createSamlLogouts(deps: SamlLogoutDeps): ProviderLogouts & {
  signOut(idp: IdpSession): Promise<SignOut | undefined>;
  origins(): Promise<readonly string[]>;
} {
  const { config, idp, waiting, now } = deps;
  const signer = async (): Promise<Signer | undefined> => {
    const { signing } = await deps.keys();
    return signing === undefined ? undefined : signerOf(signing.privateKeyPem);
  };

  return {
    async signOut({ nameId, sessionIndex }) {
      const ours = await signer();
      if (nameId === undefined || ours === undefined) return undefined;
      const metadata = await idp.current();
      const [binding, destination] = endpointFor(metadata, 'request');
      if (destination === undefined) return undefined;
      const id = messageId();
      const head = { id, destination, issuer: config.entityId, now: now() };
      await waiting.put(kind, JSON.stringify([config.id, id]), '1', patience);
      const xml = logoutRequestText(head, { nameId, sessionIndex });
      return send(binding, destination, 'SAMLRequest', xml, undefined, ours);
    },
    async origins() {
      const metadata = await idp.current().catch(() => undefined);
      const url = metadata === undefined ? undefined : endpointFor(metadata, 'request')[1];
      return url === undefined ? [] : [new URL(url).origin];
    },
    receive: (input) => receive(input, deps),
    async respond(request: ReceivedLogoutRequest) {
      const metadata = await idp.current();
      const [binding, destination] = endpointFor(metadata, 'response');
      const ours = await signer();
      if (destination === undefined || ours === undefined) {
        throw new Failure('idp_unavailable', { detail: 'saml.logout.no_answer' });
      }
      const xml = logoutResponseText({ destination, issuer: config.entityId, now: now() }, request.id);
      return send(binding, destination, 'SAMLResponse', xml, request.relayState, ours);
    },
  };
}

/** By redirect where the identity provider can, for a form needs a page of its own. */
function endpointFor(
  metadata: IdpMetadata,
  what: 'request' | 'response',
): readonly ['redirect' | 'post', string | undefined] {
  const { sloRedirectUrl, sloPostUrl } = metadata;
  if (what === 'request') {
    return sloRedirectUrl === undefined ? ['post', sloPostUrl] : ['redirect', sloRedirectUrl];
  }
  const redirect = metadata.sloRedirectResponseUrl ?? sloRedirectUrl;
  return redirect === undefined
    ? ['post', metadata.sloPostResponseUrl ?? sloPostUrl]
    : ['redirect', redirect];
}

function send(
  binding: 'redirect' | 'post',
  url: string,
  parameter: 'SAMLRequest' | 'SAMLResponse',
  xml: string,
  relayState: string | undefined,
  signer: Signer,
): SignOut {
  if (binding === 'redirect') {
    return { kind: 'redirect', url: redirectTo(url, parameter, xml, relayState, signer) };
  }
  const message = Buffer.from(signEnveloped(xml, signer), 'utf8').toString('base64');
  return {
    kind: 'post',
    url,
    fields: { [parameter]: message, ...(relayState !== undefined && { RelayState: relayState }) },
  };
}

/** Verifies a message; where no known key fits, once more with the keys that the identity provider has by now. */
async function receive(input: SloInput, deps: SamlLogoutDeps): Promise<LogoutMessage> {
  const metadata = await deps.idp.current();
  try {
    return await open(input, metadata, deps);
  } catch (error) {
    const unknownKey = error instanceof Failure && error.detail === 'saml.signature.invalid';
    if (!unknownKey || !(await deps.idp.renew())) throw error;
    return open(input, await deps.idp.current(), deps);
  }
}

async function open(input: SloInput, idp: IdpMetadata, deps: SamlLogoutDeps): Promise<LogoutMessage> {
  const { config, sloUrl, waiting, now } = deps;
  const keys = verificationKeys(idp.certificates);
  if (keys.length === 0) throw new Failure('idp_unavailable', { detail: 'saml.metadata.no_usable_key' });
  const trust = { keys, allowWeak: config.allowWeak };
  const { parameter, xml, relayState } =
    input.binding === 'redirect' ? openRedirect(input.query, trust) : openForm(input.fields, trust);
  const expected = {
    idpEntityId: idp.entityId,
    sloUrl,
    now: now(),
    clockTolerance: config.clockTolerance,
  };
  if (parameter === 'SAMLRequest') {
    const request = readLogoutRequest(xml);
    const { issuedAt, usableUntil } = checkLogoutMessage(request, expected);
    const { id, nameId, sessionIndexes } = request;
    // Sessions stand under the issuer that people are known by.
    const issuer = personIssuer(request.issuer, config);
    return { kind: 'request', id, issuer, nameId, sessionIndexes, issuedAt, usableUntil, relayState };
  }
  const response = readLogoutResponse(xml);
  checkLogoutMessage(response, expected);
  const { inResponseTo } = response;
  const known =
    inResponseTo === undefined
      ? undefined
      : await waiting.take(kind, JSON.stringify([config.id, inResponseTo]));
  if (known === undefined) throw rejected('logout.in_response_to');
  const { code, subCode } = response.status;
  // Of those that ended only in part the person is out here, which is our part.
  return { kind: 'response', complete: code === statusSuccess && subCode === undefined };
}

function openForm(
  fields: ReadonlyMap<string, string>,
  trust: Parameters<typeof openPost>[2],
): ReturnType<typeof openRedirect> {
  const [request, response] = [fields.get('SAMLRequest'), fields.get('SAMLResponse')];
  if ((request === undefined) === (response === undefined)) throw rejected('post.message');
  const parameter = request === undefined ? 'SAMLResponse' : 'SAMLRequest';
  const name = request === undefined ? 'LogoutResponse' : 'LogoutRequest';
  const xml = openPost(request ?? response ?? '', name, trust);
  return { parameter, xml, relayState: fields.get('RelayState') };
}
