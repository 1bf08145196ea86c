import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { XmlDocument } from 'libxml2-wasm';
import samlify from 'samlify';
import { signIn } from '../people.ts';
import { readForm, sendHtml } from './form.ts';
import type { CertifiedKey } from './keys.ts';
import { type Brand, loginPage, messagePage, postPage } from './pages.ts';
import { persistent, refusalResponse, status, successResponse, type ResponseFrame } from './saml-response.ts';

const brand: Brand = { name: 'Okta', color: '#7a3fa0', protocol: 'SAML 2.0' };
const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

// samlify refuses to read XML that nobody has looked at; libxml2 says whether it is well formed.
samlify.setSchemaValidator({
  async validate(xml: string) {
    XmlDocument.fromString(xml).dispose();
    return 'well-formed';
  },
});

export interface SamlIdpOptions {
  /** `http://localhost:4191`: entity id and URLs are built from it. */
  readonly baseUrl: string;
  /** Where the metadata of the service provider is. */
  readonly spMetadataUrl: string;
  readonly key: CertifiedKey;
}

type Idp = ReturnType<typeof samlify.IdentityProvider>;
type Sp = ReturnType<typeof samlify.ServiceProvider>;

/**
 * A SAML identity provider on the `samlify` library: signed AuthnRequests in by HTTP-Redirect, signed responses with
 * signed assertions out by HTTP-POST, metadata at `/metadata`. It remembers nobody: every sign-in asks for the password.
 */
export function createSamlIdp(options: SamlIdpOptions): Server {
  const idp = samlify.IdentityProvider({
    entityID: `${options.baseUrl}/metadata`,
    privateKey: options.key.privateKeyPem,
    signingCert: options.key.certificatePem,
    requestSignatureAlgorithm: rsaSha256,
    nameIDFormat: [persistent],
    wantAuthnRequestsSigned: true,
    singleSignOnService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: `${options.baseUrl}/sso` },
    ],
  });
  return createServer((req, res) => {
    answer(idp, options, req, res).catch((error: unknown) => {
      console.error('demo SAML IdP:', error);
      const text = 'The request of the service provider could not be verified.';
      sendHtml(res, messagePage(brand, 'Something is wrong', text), 400);
    });
  });
}

async function answer(
  idp: Idp,
  options: SamlIdpOptions,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? '/', options.baseUrl);
  if (url.pathname === '/metadata') {
    res.writeHead(200, { 'content-type': 'application/samlmetadata+xml' });
    res.end(idp.getMetadata());
    return;
  }
  if (url.pathname !== '/sso') {
    return sendHtml(res, messagePage(brand, 'Nothing here', 'This address has no page.'), 404);
  }
  if (req.method !== 'POST') {
    const query = url.search.slice(1);
    await readRequest(idp, options, query);
    return sendHtml(res, loginPage(brand, { action: '/sso', hidden: { query } }));
  }
  const form = await readForm(req);
  // The request travels with the form as it was signed, and is verified again: nothing is kept here.
  const request = await readRequest(idp, options, form.get('query') ?? '');
  return finish(idp, request, form, res);
}

interface SignInRequest {
  readonly sp: Sp;
  readonly frame: ResponseFrame;
  readonly relayState: string;
  readonly query: string;
}

/** Verifies an AuthnRequest of the redirect binding (SAML bindings 3.4.4.1) over the raw query string. */
async function readRequest(idp: Idp, options: SamlIdpOptions, query: string): Promise<SignInRequest> {
  const sp = await serviceProvider(options.spMetadataUrl);
  const signed = ['SAMLRequest', 'RelayState', 'SigAlg']
    .map((name) => query.split('&').find((pair) => pair.startsWith(`${name}=`)))
    .filter((pair) => pair !== undefined);
  const parameters = new URLSearchParams(query);
  const { extract } = await idp.parseLoginRequest(sp, 'redirect', {
    query: Object.fromEntries(parameters),
    octetString: signed.join('&'),
  });
  if (extract.issuer !== sp.entityMeta.getEntityID()) throw new Error('the request is of another issuer');
  const id = extract.request?.['id'];
  if (typeof id !== 'string') throw new Error('the request has no ID');
  return {
    sp,
    relayState: parameters.get('RelayState') ?? '',
    query,
    frame: {
      idpEntityId: idp.entityMeta.getEntityID() as string,
      spEntityId: sp.entityMeta.getEntityID() as string,
      acsUrl: sp.entityMeta.getAssertionConsumerService('post') as string,
      inResponseTo: id,
      now: new Date(),
    },
  };
}

async function finish(
  idp: Idp,
  request: SignInRequest,
  form: URLSearchParams,
  res: ServerResponse,
): Promise<void> {
  const { frame, sp, query } = request;
  const post = (SAMLResponse: string): void =>
    sendHtml(res, postPage(brand, frame.acsUrl, { SAMLResponse, RelayState: request.relayState }));

  if (form.has('cancel')) {
    return post(
      signedRefusal(idp, refusalResponse(frame, status.cancelled, 'The person cancelled.').context),
    );
  }
  const userName = form.get('userName') ?? '';
  const person = signIn(userName, form.get('password') ?? '');
  if (person === undefined) {
    const error = 'That user name and password do not match.';
    return sendHtml(res, loginPage(brand, { action: '/sso', hidden: { query }, error, userName }), 401);
  }
  if (person.disabledAtIdp) {
    const { context } = refusalResponse(frame, status.disabled, 'The user account is disabled.');
    return post(signedRefusal(idp, context));
  }
  const { context } = await idp.createLoginResponse(
    sp,
    { extract: { request: { id: frame.inResponseTo } } },
    'post',
    { email: person.subject },
    { relayState: request.relayState, customTagReplacement: () => successResponse(frame, person) },
  );
  return post(context);
}

/** A refusal has no assertion, so the library's own response builder cannot sign it; its signer can. Base64. */
function signedRefusal(idp: Idp, rawSamlMessage: string): string {
  return samlify.SamlLib.constructSAMLSignature({
    rawSamlMessage,
    isMessageSigned: true,
    privateKey: String(idp.entitySetting.privateKey),
    signatureAlgorithm: rsaSha256,
    signingCert: idp.entityMeta.getX509Certificate('signing') as string,
    signatureConfig: {
      prefix: 'ds',
      location: { reference: "/*[local-name(.)='Response']/*[local-name(.)='Issuer']", action: 'after' },
    },
  });
}

const known = new Map<string, Sp>();

/** The service provider as its metadata describes it; asked for at the first sign-in, because it may start after us. */
async function serviceProvider(metadataUrl: string): Promise<Sp> {
  const before = known.get(metadataUrl);
  if (before !== undefined) return before;
  const answer = await fetch(metadataUrl, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`the service provider's metadata: HTTP ${answer.status}`);
  const metadata = samlify.SPMetadata(await answer.text());
  const sp = samlify.ServiceProvider({
    entityID: metadata.getEntityID() as string,
    authnRequestsSigned: true,
    wantAssertionsSigned: true,
    wantMessageSigned: true,
    signingCert: metadata.getX509Certificate('signing') as string,
    assertionConsumerService: [
      {
        Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
        Location: metadata.getAssertionConsumerService('post') as string,
      },
    ],
  });
  known.set(metadataUrl, sp);
  return sp;
}
