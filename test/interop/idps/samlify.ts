import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSamlIdp, type SamlIdp, type SamlIdpUser } from '../../support/saml-idp.ts';
import { escapeXml, persistentFormat } from '../../support/saml-document.ts';
import type { SamlKeyName } from '../../support/saml-keys.ts';
import {
  carryOn,
  people,
  type GatewayFacts,
  type InteropIdp,
  type Person,
  type PersonName,
  type RunningIdp,
} from '../idp.ts';
import { versionOf } from './oidc-provider.ts';

const userOf = ({ userName, email, givenName, familyName, groups }: Person): SamlIdpUser => ({
  nameId: `lasting-id-of-${userName}`,
  nameIdFormat: persistentFormat,
  attributes: [
    { name: 'username', values: [userName] },
    { name: 'email', values: [email] },
    { name: 'displayName', values: [`${givenName} ${familyName}`] },
    { name: 'groups', values: groups },
  ],
});

/** The `samlify` library behind HTTP: metadata, requests by redirect, responses by form; it asks for no password. */
export const samlify: InteropIdp = {
  name: 'samlify',
  protocol: 'SAML 2.0',
  async start({ baseUrl }: GatewayFacts): Promise<RunningIdp> {
    let [answer, key]: [PersonName | 'no', SamlKeyName] = ['ann', 'idp'];
    let idp: SamlIdp | undefined;
    const server = createServer((req, res) => {
      handle(req.url ?? '/').then(
        (html) => res.writeHead(200, { 'content-type': 'text/html' }).end(html),
        (error: unknown) => res.writeHead(500).end(String(error)),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    /** Made anew from the gateway's metadata, as an administrator there would. */
    const build = async (): Promise<SamlIdp> => {
      const spMetadata = await (await fetch(`${baseUrl}/sso/metadata/idp`)).text();
      return createSamlIdp({ entityId: `${origin}/metadata`, ssoUrl: `${origin}/sso`, spMetadata, key });
    };
    async function handle(url: string): Promise<string> {
      idp ??= await build();
      if (url.startsWith('/metadata')) return idp.metadata();
      const asked = await idp.read(origin + url);
      const post =
        answer === 'no'
          ? await idp.deny(asked, 'RequestDenied', 'not today')
          : await idp.login(asked, userOf(people[answer]));
      return `<form method="post" action="${escapeXml(post.action)}"><input type="hidden" name="SAMLResponse" value="${post.SAMLResponse}"><input type="hidden" name="RelayState" value="${escapeXml(post.RelayState)}"></form>`;
    }
    return {
      version: versionOf('samlify'),
      files: {
        'providers/idp.yaml': `preset: saml\nmetadata: { url: "${origin}/metadata" }\nallowInsecure: true\nclockTolerance: 5m\ngroups: { unmapped: create }\n`,
      },
      refusing: { provider: 'idp', word: 'RequestDenied' },
      async signIn(browser, login, who) {
        answer = who;
        return carryOn(browser, await browser.open(login));
      },
      async rotateKeys() {
        key = 'idp-next';
        idp = await build();
      },
      close: () =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(() => resolve());
        }),
    };
  },
};
