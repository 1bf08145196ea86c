import type { ScriptedBrowser, ScriptedPage } from '../../demo/scripted-browser.ts';

/** Somebody whom every identity provider of the suite knows. */
export interface Person {
  readonly userName: string;
  readonly password: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly groups: readonly string[];
}

export const people = {
  ann: person('ann', 'Ann', 'Example', ['data-engineers', 'stewards']),
  zolc: person('zolc', 'Żółć', 'Gęślą-Müller', ['Łódź Team', 'データ']),
  nils: person('nils', 'Nils', 'Nobody', []),
} as const;
export type PersonName = keyof typeof people;

function person(userName: string, givenName: string, familyName: string, groups: readonly string[]): Person {
  const email = `${userName}@acme.example`;
  return { userName, password: `a password of ${userName}`, email, givenName, familyName, groups };
}

/** Our side, as the identity provider is told of it. */
export interface GatewayFacts {
  readonly baseUrl: string;
}

/** An identity provider that runs, and the provider's files by which the gateway knows it. */
export interface RunningIdp {
  /** As it says itself. */
  readonly version: string;
  /** By path below the configuration directory; `providers/idp.yaml` is the one people sign in with. */
  readonly files: Readonly<Record<string, string>>;
  /** Where somebody signs in who is then refused there, and in which words; undefined: it has no such thing. */
  readonly refusing: { readonly provider: string; readonly word: string } | undefined;
  /** Signs the person in, from the provider's first answer to the gateway's page; `no` says no there. */
  signIn(browser: ScriptedBrowser, login: string, who: PersonName | 'no'): Promise<ScriptedPage>;
  /** Is this page one on which it asks who somebody is? Undefined: it never remembers anybody. */
  asks?(page: ScriptedPage): boolean;
  /** Called once the gateway answers: its SAML metadata, where there is any. */
  connected?(gateway: GatewayFacts): Promise<void>;
  /** From now on it signs with another key. Undefined: that cannot be done from outside. */
  rotateKeys?(): Promise<void>;
  /** Ends the person's session there, which should end ours. Undefined: it tells nobody. */
  endSessions?(who: PersonName): Promise<void>;
  close(): Promise<void>;
}

/** One row of the table. */
export interface InteropIdp {
  readonly name: string;
  readonly protocol: 'OpenID Connect' | 'SAML 2.0';
  /** Rejects with one sentence when it cannot be had on this machine. */
  start(gateway: GatewayFacts): Promise<RunningIdp>;
}

/** Goes on from a page that leads back to us by a form (SAML HTTP-POST), as a browser's script would. */
export async function carryOn(browser: ScriptedBrowser, page: ScriptedPage): Promise<ScriptedPage> {
  let at = page;
  for (let hop = 0; hop < 4 && /name="SAML(Response|Request)"/i.test(at.body); hop += 1)
    at = await browser.submit(at);
  return at;
}
