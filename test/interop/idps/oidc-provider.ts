import { readFileSync } from 'node:fs';
import type { ScriptedBrowser } from '../../../demo/scripted-browser.ts';
import { opClient, startOp, type OpAccount } from '../../support/op.ts';
import { people, type GatewayFacts, type InteropIdp, type Person, type RunningIdp } from '../idp.ts';

const claimsOf = ({ userName, email, givenName, familyName, groups }: Person): OpAccount => ({
  claims: {
    preferred_username: userName,
    name: `${givenName} ${familyName}`,
    given_name: givenName,
    family_name: familyName,
    email,
    email_verified: true,
    groups,
  },
});

/** The `oidc-provider` library, which asks nobody for a password here. */
export const oidcProvider: InteropIdp = {
  name: 'oidc-provider',
  protocol: 'OpenID Connect',
  async start({ baseUrl }: GatewayFacts): Promise<RunningIdp> {
    const accounts = Object.fromEntries(
      Object.entries(people).map(([name, person]) => [`sub-${name}`, claimsOf(person)]),
    );
    const op = await startOp(`${baseUrl}/sso/callback/idp`, { accounts });
    const issuer = op.issuer;
    return {
      version: versionOf('oidc-provider'),
      files: {
        'providers/idp.yaml': `preset: oidc\nissuer: ${issuer}\nclientId: ${opClient.client_id}\nclientSecret: ${String(opClient.client_secret)}\nallowInsecure: true\nclockTolerance: 5m\ngroups: { unmapped: create }\n`,
      },
      refusing: { provider: 'idp', word: 'access_denied' },
      async signIn(browser: ScriptedBrowser, login, who) {
        op.answer = who === 'no' ? { error: 'access_denied' } : { account: `sub-${who}` };
        return browser.open(login);
      },
      rotateKeys: () => op.rotateKeys(),
      close: () => op.close(),
    };
  },
};

/** Version of an installed package. */
export function versionOf(name: string): string {
  const manifest = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
