import { doorward } from './gateway.ts';
import { people } from './people.ts';
import { ScriptedBrowser } from './scripted-browser.ts';

/**
 * Makes the people who are switched off here: each signs in once with either provider, as anybody would,
 * and is then disabled with the command that an administrator would use.
 */
export async function disablePeople(baseUrl: string, config: string): Promise<void> {
  const disabled = people.filter((person) => person.disabledHere);
  for (const person of disabled) {
    for (const provider of ['microsoft', 'okta']) {
      const browser = new ScriptedBrowser();
      const { userName, password } = person;
      let page = await browser.open(`${baseUrl}/sso/login/${provider}?rd=/whoami`);
      page = await browser.submit(page, { userName, password });
      // SAML comes back in a form that a browser posts by itself.
      if (page.body.includes('name="SAMLResponse"')) page = await browser.submit(page);
      if (page.status !== 200 || page.url.pathname !== '/whoami')
        throw new Error(
          `${userName} could not sign in with ${provider}: HTTP ${page.status} at ${page.url.href}`,
        );
    }
  }
  const known = JSON.parse(await doorward(config, 'users', 'list', '--json')) as {
    id: string;
    email?: string;
  }[];
  const emails = new Set(disabled.map((person) => person.email));
  for (const user of known.filter(({ email }) => email !== undefined && emails.has(email)))
    await doorward(config, 'users', 'disable', user.id, '--why', 'left the company');
}
