import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { carryOn, people, type InteropIdp, type PersonName } from '../idp.ts';

const given = z.array(
  z.strictObject({
    name: z.string(),
    protocol: z.enum(['OpenID Connect', 'SAML 2.0']),
    version: z.string(),
    /** The provider's file, as the gateway reads it. */
    file: z.string(),
    /** Names of the fields of its login forms, page by page, and what goes into them. */
    forms: z.array(z.record(z.string(), z.string())),
  }),
);

/**
 * Identity providers that somebody has running: `DOORWARD_INTEROP_IDPS` names a JSON file with a list of them. `{userName}`,
 * `{email}` and `{password}` stand for the person's. They have to know the people of `idp.ts`, and our addresses at
 * `http://localhost:DOORWARD_INTEROP_PORT`.
 */
export function givenIdps(): InteropIdp[] {
  const path = process.env['DOORWARD_INTEROP_IDPS'];
  if (path === undefined) return [];
  return given
    .parse(JSON.parse(readFileSync(path, 'utf8')))
    .map(({ name, protocol, version, file, forms }) => ({
      name,
      protocol,
      async start() {
        return {
          version,
          files: { 'providers/idp.yaml': file },
          refusing: undefined,
          async signIn(browser, login, who: PersonName | 'no') {
            const person = people[who === 'no' ? 'ann' : who];
            const fill = (text: string) =>
              text.replaceAll(
                /\{(userName|email|password)\}/g,
                (_, key: 'userName' | 'email' | 'password') => person[key],
              );
            let page = await browser.open(login);
            for (const form of forms) {
              const fields = Object.fromEntries(
                Object.entries(form).map(([field, text]) => [field, fill(text)]),
              );
              page = await browser.submit(page, fields);
            }
            return carryOn(browser, page);
          },
          close: () => Promise.resolve(),
        };
      },
    }));
}
