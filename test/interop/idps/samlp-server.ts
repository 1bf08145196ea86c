/**
 * A SAML identity provider on the `samlp` library, in a process of its own: the library comes from a folder that is no part
 * of the project. Arguments: that folder, a port, and the gateway's address. `/control?who=ann&key=idp-next` steers it.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { samlKey, type SamlKeyName } from '../../support/saml-keys.ts';
import { people, type Person, type PersonName } from '../idp.ts';

interface Samlp {
  auth(options: object): RequestHandler;
  metadata(options: object): RequestHandler;
  sendError(options: object): RequestHandler;
}

const [folder = '', port = '', gateway = ''] = process.argv.slice(2);
const samlp = createRequire(join(folder, 'package.json'))('samlp') as Samlp;
const origin = `http://localhost:${port}`;
const acs = `${gateway}/sso/acs/idp`;
const state: { who: PersonName | 'no'; key: SamlKeyName } = { who: 'ann', key: 'idp' };
const ws = (name: string) => `http://schemas.xmlsoap.org/ws/2005/05/identity/claims/${name}`;

/** Claims under the names that Auth0, whose library this is, gives them. */
function profile(person: Person) {
  return {
    getClaims: () => ({
      [ws('upn')]: person.userName,
      [ws('emailaddress')]: person.email,
      [ws('givenname')]: person.givenName,
      [ws('surname')]: person.familyName,
      [ws('name')]: `${person.givenName} ${person.familyName}`,
      ...(person.groups.length > 0 && { 'http://schemas.xmlsoap.org/claims/Group': person.groups }),
    }),
    getNameIdentifier: () => ({ nameIdentifier: `auth0|${person.userName}` }),
  };
}

const common = () => {
  const { privateKeyPem: key, certificatePem: cert } = samlKey(state.key);
  return {
    issuer: 'urn:samlp.acme.example',
    key,
    cert,
    signatureAlgorithm: 'rsa-sha256',
    digestAlgorithm: 'sha256',
  };
};

const app = express();
app.get('/control', (req, res) => {
  Object.assign(state, req.query);
  res.end();
});
app.get('/metadata', (req, res, next) => {
  // The library takes the addresses from the request.
  const options = { ...common(), redirectEndpointPath: '/sso', postEndpointPath: '/sso' };
  samlp.metadata(options)(req, res, next);
});
app.get('/sso', (req: Request, res: Response, next: NextFunction) => {
  if (state.who === 'no') {
    const error = { code: 'urn:oasis:names:tc:SAML:2.0:status:RequestDenied', description: 'not today' };
    const getPostURL = (_: unknown, done: (error: null, url: string) => void) => done(null, acs);
    const options = {
      ...common(),
      error,
      destination: acs,
      signResponse: true,
      RelayState: req.query['RelayState'],
      getPostURL,
    };
    return samlp.sendError(options)(req, res, next);
  }
  const person = people[state.who];
  return samlp.auth({
    ...common(),
    destination: acs,
    recipient: acs,
    nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    lifetimeInSeconds: 300,
    profileMapper: () => profile(person),
    getUserFromRequest: () => person,
    getPostURL: (
      _audience: unknown,
      _dom: unknown,
      _req: unknown,
      done: (error: null, url: string) => void,
    ) => done(null, acs),
  })(req, res, next);
});
app.listen(Number(port), '127.0.0.1', () => process.stdout.write(`${origin}\n`));
