import { randomBytes } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify';
import { denialXml, escapeXml, responseXml, type AttributeText, type ResponseText } from './saml-document.ts';
import { samlKey, type SamlKeyName } from './saml-keys.ts';

// samlify wants to be told that nobody checks schemas here; it only reads our own requests.
setSchemaValidator({ validate: () => Promise.resolve('not checked') });

export interface SamlIdpUser {
  readonly nameId: string;
  readonly nameIdFormat?: string;
  readonly attributes?: readonly AttributeText[];
}

/** What the browser would post to the ACS. */
export interface SamlPost {
  readonly action: string;
  readonly SAMLResponse: string;
  readonly RelayState: string;
}

/** The AuthnRequest that came with the browser, as samlify read it (its signature checked where the SP's metadata asks). */
export interface SamlAsked {
  readonly id: string;
  readonly relayState: string;
  readonly acsUrl: string;
  readonly audience: string;
  readonly forceAuthn: boolean;
}

/** A SAML identity provider for tests, made of samlify: reads requests, signs and encrypts responses. */
export interface SamlIdp {
  readonly entityId: string;
  /** Its metadata, for the gateway to load. */
  metadata(): string;
  /** Reads the redirect that began a login. Rejects when the request is not as the SP's metadata promises. */
  read(redirect: string): Promise<SamlAsked>;
  /** Signs a login for this user, as the answer to the request or unsolicited. `overrides` makes it a little wrong. */
  login(asked: SamlAsked, user: SamlIdpUser, overrides?: Partial<ResponseText>): Promise<SamlPost>;
  /** Signs a refusal. */
  deny(asked: SamlAsked, subCode: string, message: string): Promise<SamlPost>;
}

export interface SamlIdpOptions {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** The gateway's metadata. */
  readonly spMetadata: string;
  readonly key?: SamlKeyName;
  readonly encrypt?: boolean;
  /** Both by default. */
  readonly sign?: { readonly assertion: boolean; readonly response: boolean };
  readonly now?: () => number;
}

export function createSamlIdp(options: SamlIdpOptions): SamlIdp {
  const key = samlKey(options.key ?? 'idp');
  const sign = options.sign ?? { assertion: true, response: true };
  const now = options.now ?? Date.now;
  const idp = IdentityProvider({
    entityID: options.entityId,
    privateKey: key.privateKeyPem,
    signingCert: key.certificatePem,
    wantAuthnRequestsSigned: /AuthnRequestsSigned="true"/.test(options.spMetadata),
    isAssertionEncrypted: options.encrypt ?? false,
    singleLogoutService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: `${options.ssoUrl}/logout` },
    ],
    singleSignOnService: [
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', Location: options.ssoUrl },
      { Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', Location: options.ssoUrl },
    ],
  });
  const sp = ServiceProvider({
    metadata: options.spMetadata.replace(
      /WantAssertionsSigned="\w+"/,
      `WantAssertionsSigned="${sign.assertion}"`,
    ),
    wantMessageSigned: sign.response,
  });

  const answer = async (asked: SamlAsked, xml: string, signs = sp): Promise<SamlPost> => {
    const info = { extract: { request: { id: asked.id } } };
    const made = await idp.createLoginResponse(
      signs,
      info,
      'post',
      {},
      {
        customTagReplacement: () => ({ id: '_response', context: xml }),
        // The response is signed over the ciphertext.
        encryptThenSign: options.encrypt ?? false,
        relayState: asked.relayState,
      },
    );
    return { action: asked.acsUrl, SAMLResponse: made.context, RelayState: asked.relayState };
  };

  const text = (asked: SamlAsked): ResponseText => ({
    responseId: `_${randomBytes(16).toString('hex')}`,
    assertionId: `_${randomBytes(16).toString('hex')}`,
    issueInstant: new Date(now()).toISOString(),
    issuer: options.entityId,
    destination: asked.acsUrl,
    recipient: asked.acsUrl,
    audience: asked.audience,
    inResponseTo: asked.id === '' ? undefined : asked.id,
    notBefore: new Date(now() - 5000).toISOString(),
    notOnOrAfter: new Date(now() + 300_000).toISOString(),
    confirmedUntil: new Date(now() + 300_000).toISOString(),
    sessionIndex: `_${randomBytes(8).toString('hex')}`,
  });

  return {
    entityId: options.entityId,
    metadata: () => idp.getMetadata(),
    async read(redirect) {
      const url = new URL(redirect);
      const query = Object.fromEntries(url.searchParams);
      const octetString = url.search.slice(1).replace(/&Signature=.*$/, '');
      const { extract } = await idp.parseLoginRequest(sp, 'redirect', { query, octetString });
      const request = extract.request ?? {};
      return {
        id: String(request.id),
        relayState: query.RelayState ?? '',
        acsUrl: String(request.assertionConsumerServiceUrl),
        audience: String(extract.issuer),
        forceAuthn: inflateRawSync(Buffer.from(query.SAMLRequest ?? '', 'base64')).includes(
          'ForceAuthn="true"',
        ),
      };
    },
    login: (asked, user, overrides = {}) =>
      answer(
        asked,
        responseXml({
          ...text(asked),
          nameId: escapeXml(user.nameId),
          ...(user.nameIdFormat !== undefined && { nameIdFormat: user.nameIdFormat }),
          ...(user.attributes !== undefined && { attributes: user.attributes }),
          ...overrides,
        }),
      ),
    deny: (asked, subCode, message) => {
      // There is no assertion to sign, so the response is.
      const plain = ServiceProvider({
        metadata: options.spMetadata.replace(/WantAssertionsSigned="\w+"/, 'WantAssertionsSigned="false"'),
        wantMessageSigned: true,
      });
      return answer(asked, denialXml(text(asked), 'Responder', subCode, escapeXml(message)), plain);
    },
  };
}
