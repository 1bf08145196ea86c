import type { ScriptedPage } from '../../../demo/scripted-browser.ts';
import { carryOn, people, type GatewayFacts, type InteropIdp, type RunningIdp } from '../idp.ts';
import { oidcMappers, realmOf, samlMappers } from './keycloak-realm.ts';
import { useKeycloak, type Keycloak } from './keycloak-server.ts';

const secret = 'a client secret of this run';

/** Keycloak by OpenID Connect, set up as docs/providers/keycloak.md says. */
export const keycloakOidc: InteropIdp = {
  name: 'Keycloak',
  protocol: 'OpenID Connect',
  async start({ baseUrl }: GatewayFacts) {
    const keycloak = await useKeycloak();
    const realm = 'acme-oidc';
    const client = (clientId: string, provider: string, consentRequired: boolean) => ({
      clientId,
      secret,
      protocol: 'openid-connect',
      publicClient: false,
      standardFlowEnabled: true,
      directAccessGrantsEnabled: false,
      redirectUris: [`${baseUrl}/sso/callback/${provider}`],
      consentRequired,
      frontchannelLogout: false,
      attributes: {
        'pkce.code.challenge.method': 'S256',
        'post.logout.redirect.uris': `${baseUrl}/sso/signed-out`,
        'backchannel.logout.url': `${baseUrl}/sso/backchannel/${provider}`,
        'backchannel.logout.session.required': 'true',
      },
      protocolMappers: oidcMappers,
    });
    const clients = [client('doorward', 'idp', false), client('doorward-consent', 'consent', true)];
    await keycloak.api('POST', '/realms', realmOf({ realm, clients }));
    const file = (clientId: string) =>
      `preset: keycloak\nissuer: ${keycloak.origin}/realms/${realm}\nclientId: ${clientId}\nclientSecret: ${secret}\nallowInsecure: true\nclockTolerance: 5m\ngroups: { unmapped: create }\n`;
    return {
      ...common(keycloak, realm),
      files: { 'providers/idp.yaml': file('doorward'), 'providers/consent.yaml': file('doorward-consent') },
      refusing: { provider: 'consent', word: 'access_denied' },
    };
  },
};

/** Keycloak by SAML, set up as docs/providers/keycloak.md says. */
export const keycloakSaml: InteropIdp = {
  name: 'Keycloak',
  protocol: 'SAML 2.0',
  async start({ baseUrl }: GatewayFacts) {
    const keycloak = await useKeycloak();
    const realm = 'acme-saml';
    const client = (provider: string, consentRequired: boolean) => ({
      clientId: `${baseUrl}/sso/metadata/${provider}`,
      protocol: 'saml',
      redirectUris: [`${baseUrl}/sso/acs/${provider}`],
      consentRequired,
      frontchannelLogout: true,
      attributes: {
        'saml.server.signature': 'true',
        'saml.assertion.signature': 'true',
        'saml.signature.algorithm': 'RSA_SHA256',
        'saml.client.signature': 'false',
        'saml.authnstatement': 'true',
        saml_name_id_format: 'persistent',
        saml_assertion_consumer_url_post: `${baseUrl}/sso/acs/${provider}`,
        saml_single_logout_service_url_redirect: `${baseUrl}/sso/slo/${provider}`,
        saml_single_logout_service_url_post: `${baseUrl}/sso/slo/${provider}`,
      },
      // One attribute for all groups, and one for each: both are understood.
      protocolMappers: samlMappers(provider !== 'idp'),
    });
    // No two providers of ours may speak for one identity provider, so that each client has a realm.
    const consentRealm = `${realm}-consent`;
    await keycloak.api('POST', '/realms', realmOf({ realm, clients: [client('idp', false)] }));
    await keycloak.api(
      'POST',
      '/realms',
      realmOf({ realm: consentRealm, clients: [client('consent', true)] }),
    );
    const file = (of: string, more: string) =>
      `preset: keycloak\nprotocol: saml\nmetadata: { url: "${keycloak.origin}/realms/${of}/protocol/saml/descriptor" }\n${more}allowInsecure: true\nclockTolerance: 5m\ngroups: { unmapped: create }\n`;
    return {
      ...common(keycloak, realm),
      files: {
        'providers/idp.yaml': file(realm, 'wantSigned: both\n'),
        'providers/consent.yaml': file(consentRealm, ''),
      },
      refusing: { provider: 'consent', word: 'RequestDenied' },
      /** Requests and logouts of ours are signed with the key of our metadata; from now on Keycloak insists on that. */
      async connected() {
        const metadata = await (await fetch(`${baseUrl}/sso/metadata/idp`)).text();
        const certificate = /<(?:\w+:)?X509Certificate>([^<]+)</.exec(metadata)?.[1]?.replaceAll(/\s/g, '');
        if (certificate === undefined) return;
        const clientId = `${baseUrl}/sso/metadata/idp`;
        const [found] = await keycloak.api<Record<string, unknown>[]>(
          'GET',
          `/realms/${realm}/clients?clientId=${encodeURIComponent(clientId)}`,
        );
        const attributes = {
          ...(found?.['attributes'] as object),
          'saml.client.signature': 'true',
          'saml.signing.certificate': certificate,
        };
        await keycloak.api('PUT', `/realms/${realm}/clients/${String(found?.['id'])}`, {
          ...found,
          attributes,
        });
      },
    };
  },
};

function common(keycloak: Keycloak, realm: string): Omit<RunningIdp, 'files' | 'refusing'> {
  return {
    version: keycloak.version,
    async signIn(browser, login, who) {
      const person = people[who === 'no' ? 'ann' : who];
      let page = await browser.open(login);
      if (isLoginForm(page))
        page = await browser.submit(page, { username: person.userName, password: person.password });
      if (who === 'no') page = await browser.submit(page, { cancel: 'No' });
      return carryOn(browser, page);
    },
    asks: isLoginForm,
    async rotateKeys() {
      const { id } = await keycloak.api<{ id: string }>('GET', `/realms/${realm}`);
      await keycloak.api('POST', `/realms/${realm}/components`, {
        name: 'the next key',
        providerId: 'rsa-generated',
        providerType: 'org.keycloak.keys.KeyProvider',
        parentId: id,
        config: {
          priority: ['1000'],
          enabled: ['true'],
          active: ['true'],
          keySize: ['2048'],
          algorithm: ['RS256'],
        },
      });
    },
    async endSessions(who) {
      const name = encodeURIComponent(people[who].userName);
      const [user] = await keycloak.api<{ id: string }[]>(
        'GET',
        `/realms/${realm}/users?exact=true&username=${name}`,
      );
      // Each by itself: its "sign out all sessions" tells a client of one of them only.
      const sessions = await keycloak.api<{ id: string }[]>(
        'GET',
        `/realms/${realm}/users/${user?.id ?? ''}/sessions`,
      );
      for (const { id } of sessions) await keycloak.api('DELETE', `/realms/${realm}/sessions/${id}`);
    },
    close: () => keycloak.close(),
  };
}

function isLoginForm(page: ScriptedPage): boolean {
  return /<input[^>]*name="password"/.test(page.body);
}
