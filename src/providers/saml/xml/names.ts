/** Namespaces of SAML 2.0 (saml-core 1.2), XML Signature and XML Encryption. */
export const ns = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
  encryption11: 'http://www.w3.org/2009/xmlenc11#',
  exclusiveC14n: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const;

/** Confirmation method of the browser profiles (saml-profiles 3.3). */
export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
/** A NameID that changes with every login (saml-core 8.3.8). */
export const transientNameId = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
export const statusSuccess = 'urn:oasis:names:tc:SAML:2.0:status:Success';

export const binding = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const;
